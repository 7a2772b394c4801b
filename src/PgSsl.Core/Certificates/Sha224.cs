using System.Buffers.Binary;
using System.Numerics;

namespace PgSsl.Certificates;

/// <summary>SHA-224 (FIPS 180-4 6.3), which .NET lacks: SHA-256 that starts from other numbers, and is cut.</summary>
internal static class Sha224
{
    private const int BlockSize = 64;
    private const int Size = 28;

    // FIPS 180-4 5.3.2.
    private static readonly uint[] Start =
        [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];

    // FIPS 180-4 4.2.2: the fractions of the cube roots of the first 64 primes.
    private static readonly uint[] Constants = MakeConstants();

    public static byte[] Of(ReadOnlySpan<byte> data)
    {
        uint[] state = [.. Start];
        byte[] padded = new byte[(data.Length + 8) / BlockSize * BlockSize + BlockSize];
        data.CopyTo(padded);
        padded[data.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)data.Length * 8);
        for (int i = 0; i < padded.Length; i += BlockSize)
            Compress(state, padded.AsSpan(i, BlockSize));
        byte[] digest = new byte[Size];
        for (int i = 0; i < Size / 4; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(4 * i), state[i]);
        return digest;
    }

    private static void Compress(uint[] state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (int t = 0; t < 64; t++)
        {
            w[t] = t < 16
                ? BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..])
                : Mix(w[t - 2], 17, 19, 10) + w[t - 7] + Mix(w[t - 15], 7, 18, 3) + w[t - 16];
        }
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int t = 0; t < 64; t++)
        {
            uint one = h + (Turn(e, 6) ^ Turn(e, 11) ^ Turn(e, 25)) + ((e & f) ^ (~e & g)) + Constants[t] + w[t];
            uint two = (Turn(a, 2) ^ Turn(a, 13) ^ Turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }
        ReadOnlySpan<uint> added = [a, b, c, d, e, f, g, h];
        for (int i = 0; i < added.Length; i++)
            state[i] += added[i];
    }

    private static uint Turn(uint word, int bits) => BitOperations.RotateRight(word, bits);

    private static uint Mix(uint word, int first, int second, int shift) => Turn(word, first) ^ Turn(word, second) ^ (word >> shift);

    private static uint[] MakeConstants()
    {
        var primes = new List<int>();
        for (int candidate = 2; primes.Count < 64; candidate++)
        {
            if (primes.TrueForAll(prime => candidate % prime != 0))
                primes.Add(candidate);
        }
        return [.. primes.Select(prime => (uint)(CubeRoot((BigInteger)prime << 96) & uint.MaxValue))];
    }

    private static BigInteger CubeRoot(BigInteger value)
    {
        BigInteger root = 0;
        for (int bit = 40; bit >= 0; bit--)
        {
            BigInteger candidate = root | (BigInteger.One << bit);
            if (candidate * candidate * candidate <= value)
                root = candidate;
        }
        return root;
    }
}
