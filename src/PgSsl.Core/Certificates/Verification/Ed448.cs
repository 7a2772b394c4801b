using System.Numerics;
using System.Security.Cryptography;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// Verifies Ed448 signatures (RFC 8032 5.2.7), which .NET cannot. Verification handles only public values, so it need not run in constant time.
/// </summary>
internal static class Ed448
{
    private const int Size = 57;

    private static readonly BigInteger P = BigInteger.Pow(2, 448) - BigInteger.Pow(2, 224) - 1;
    private static readonly BigInteger Order = BigInteger.Pow(2, 446)
        - new BigInteger(Convert.FromHexString("8335dc163bb124b65129c96fde933d8d723a70aadc873d6d54a7bb0d"), isUnsigned: true, isBigEndian: true);
    private static readonly BigInteger D = P - 39081;
    private static readonly Point Base = new(
        Number(
            "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e"),
        Number(
            "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14"),
        1);

    // RFC 8032 2 and 5.2: dom4 with an empty context.
    private static readonly byte[] Domain = [.. "SigEd448"u8, 0, 0];

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * Size || Decode(publicKey) is not { } key || Decode(signature[..Size]) is not { } commitment)
            return false;
        var s = new BigInteger(signature[Size..], isUnsigned: true);
        if (s >= Order)
            return false;
        byte[] hash = Keccak.Shake256([.. Domain, .. signature[..Size], .. publicKey, .. message], 2 * Size);
        BigInteger challenge = new BigInteger(hash, isUnsigned: true) % Order;
        return Base.Times(s).Equals(commitment.Plus(key.Times(challenge)));
    }

    /// <summary>The public key of a private key (RFC 8032 5.2.5). It need not run in constant time: the user owns the file of the key.</summary>
    public static byte[] DerivePublicKey(ReadOnlySpan<byte> seed)
    {
        byte[] hash = Keccak.Shake256(seed, 2 * Size);
        hash[0] &= 0xFC;
        hash[Size - 2] |= 0x80;
        hash[Size - 1] = 0;
        try
        {
            return Base.Times(new BigInteger(hash.AsSpan(0, Size), isUnsigned: true)).Encode();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(hash);
        }
    }

    private static BigInteger Number(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);

    private static BigInteger Modulo(BigInteger value)
    {
        BigInteger rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    /// <summary>RFC 8032 5.2.3: y and the sign of x; null if it is not a point of the curve.</summary>
    private static Point? Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != Size || (encoded[^1] & 0x7f) != 0)
            return null;
        bool isOdd = encoded[^1] != 0;
        var y = new BigInteger(encoded[..^1], isUnsigned: true);
        if (y >= P)
            return null;
        BigInteger square = Modulo((y * y - 1) * BigInteger.ModPow(Modulo(D * y * y - 1), P - 2, P));
        BigInteger x = BigInteger.ModPow(square, (P + 1) / 4, P);
        if (Modulo((x * x) - square) != 0 || (x.IsZero && isOdd))
            return null;
        return new Point(x.IsEven == isOdd ? P - x : x, y, 1);
    }

    /// <summary>A point in projective coordinates: x = X/Z, y = Y/Z (RFC 8032 5.2.4).</summary>
    private sealed record Point(BigInteger X, BigInteger Y, BigInteger Z)
    {
        private static readonly Point Zero = new(0, 1, 1);

        public Point Plus(Point other)
        {
            BigInteger a = Modulo(Z * other.Z), b = Modulo(a * a), c = Modulo(X * other.X), d = Modulo(Y * other.Y);
            BigInteger e = Modulo(D * c % P * d), f = b - e, g = b + e;
            BigInteger h = (X + Y) * (other.X + other.Y);
            return new Point(Modulo(a * f % P * (h - c - d)), Modulo(a * g % P * (d - c)), Modulo(f * g));
        }

        public Point Times(BigInteger factor)
        {
            Point sum = Zero;
            for (long bit = factor.GetBitLength() - 1; bit >= 0; bit--)
            {
                sum = sum.Plus(sum);
                if (!((factor >> (int)bit) & 1).IsZero)
                    sum = sum.Plus(this);
            }
            return sum;
        }

        /// <summary>RFC 8032 5.2.2.</summary>
        public byte[] Encode()
        {
            BigInteger inverse = BigInteger.ModPow(Z, P - 2, P);
            byte[] encoded = new byte[Size];
            Modulo(Y * inverse).TryWriteBytes(encoded, out _, isUnsigned: true);
            if (!Modulo(X * inverse).IsEven)
                encoded[^1] |= 0x80;
            return encoded;
        }

        public bool Equals(Point? other) =>
            other is not null && Modulo((X * other.Z) - (other.X * Z)).IsZero && Modulo((Y * other.Z) - (other.Y * Z)).IsZero;

        public override int GetHashCode() => 0;
    }
}
