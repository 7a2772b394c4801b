using System.Buffers.Binary;
using System.Numerics;

namespace PgSsl.Certificates;

/// <summary>SHA-3 and SHAKE256 (FIPS 202): .NET has no SHA3-224, and the others only where the platform has them.</summary>
internal static class Keccak
{
    private const int Lanes = 25;
    private const int Bytes = 8 * Lanes;

    private static readonly ulong[] RoundConstants = MakeRoundConstants();

    /// <summary>SHA3-224, SHA3-256, SHA3-384 and SHA3-512, by the length of the digest in bytes.</summary>
    public static byte[] Sha3(ReadOnlySpan<byte> data, int size) => Sponge(data, Bytes - (2 * size), 0x06, size);

    /// <summary>SHAKE256 with an output of that many bytes.</summary>
    public static byte[] Shake256(ReadOnlySpan<byte> data, int size) => Sponge(data, Bytes - 64, 0x1f, size);

    private static byte[] Sponge(ReadOnlySpan<byte> data, int rate, byte suffix, int size)
    {
        byte[] padded = new byte[(data.Length / rate * rate) + rate];
        data.CopyTo(padded);
        padded[data.Length] ^= suffix;
        padded[^1] ^= 0x80;
        ulong[] state = new ulong[Lanes];
        for (int start = 0; start < padded.Length; start += rate)
        {
            for (int i = 0; i < rate / 8; i++)
                state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(start + (8 * i)));
            Permute(state);
        }
        byte[] output = new byte[(size + rate - 1) / rate * rate];
        for (int start = 0; start < output.Length; start += rate)
        {
            if (start > 0)
                Permute(state);
            for (int i = 0; i < rate / 8; i++)
                BinaryPrimitives.WriteUInt64LittleEndian(output.AsSpan(start + (8 * i)), state[i]);
        }
        return output[..size];
    }

    /// <summary>FIPS 202 3.2 and 3.3, Keccak-p[1600, 24].</summary>
    private static void Permute(ulong[] a)
    {
        Span<ulong> parity = stackalloc ulong[5];
        Span<ulong> b = stackalloc ulong[Lanes];
        foreach (ulong constant in RoundConstants)
        {
            for (int x = 0; x < 5; x++)
                parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            for (int i = 0; i < Lanes; i++)
                a[i] ^= parity[(i + 4) % 5] ^ BitOperations.RotateLeft(parity[(i + 1) % 5], 1);
            // Rho and pi together: the offsets grow by 1, 2, 3 … along the walk of 3.2.2.
            (int column, int row) = (1, 0);
            b[0] = a[0];
            for (int t = 0; t < 24; t++)
            {
                (int nextColumn, int nextRow) = (row, ((2 * column) + (3 * row)) % 5);
                b[nextColumn + (5 * nextRow)] = BitOperations.RotateLeft(a[column + (5 * row)], (t + 1) * (t + 2) / 2);
                (column, row) = (nextColumn, nextRow);
            }
            for (int i = 0; i < Lanes; i++)
            {
                int start = i / 5 * 5;
                a[i] = b[i] ^ (~b[start + ((i + 1) % 5)] & b[start + ((i + 2) % 5)]);
            }
            a[0] ^= constant;
        }
    }

    /// <summary>FIPS 202 3.2.5: bits of a shift register.</summary>
    private static ulong[] MakeRoundConstants()
    {
        ulong[] constants = new ulong[24];
        int register = 1;
        for (int round = 0; round < constants.Length; round++)
        {
            for (int j = 0; j <= 6; j++)
            {
                if ((register & 1) != 0)
                    constants[round] |= 1UL << ((1 << j) - 1);
                register = (register << 1) ^ ((register & 0x80) != 0 ? 0x171 : 0);
            }
        }
        return constants;
    }
}
