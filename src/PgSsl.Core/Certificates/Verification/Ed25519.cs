using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// Verifies Ed25519 signatures (RFC 8032 5.1.7), which .NET cannot. Verification handles only public values, so it need not run in constant
/// time.
/// </summary>
internal static class Ed25519
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Order =
        BigInteger.Pow(2, 252)
        + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Modulo(-121665 * Invert(121666));
    private static readonly BigInteger SquareRootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    private static readonly Point Base = Decode(BasePoint())!;

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 64 || Decode(publicKey) is not { } key || Decode(signature[..32]) is not { } commitment)
            return false;
        var s = new BigInteger(signature[32..], isUnsigned: true);
        if (s >= Order)
            return false;
        byte[] hash = SHA512.HashData([.. signature[..32], .. publicKey, .. message]);
        BigInteger challenge = new BigInteger(hash, isUnsigned: true) % Order;
        return Base.Times(s).Equals(commitment.Plus(key.Times(challenge)));
    }

    /// <summary>The public key of a private key (RFC 8032 5.1.5). It need not run in constant time: the user owns the file of the key.</summary>
    public static byte[] DerivePublicKey(ReadOnlySpan<byte> seed)
    {
        byte[] hash = SHA512.HashData(seed);
        hash[0] &= 0xF8;
        hash[31] = (byte)((hash[31] & 0x7F) | 0x40);
        try
        {
            return Base.Times(new BigInteger(hash.AsSpan(0, 32), isUnsigned: true)).Encode();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(hash);
        }
    }

    private static byte[] BasePoint()
    {
        byte[] encoded = new byte[32];
        encoded.AsSpan().Fill(0x66);
        encoded[0] = 0x58;
        return encoded;
    }

    private static BigInteger Modulo(BigInteger value)
    {
        BigInteger rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    private static BigInteger Invert(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    /// <summary>RFC 8032 5.1.3: y and the sign of x; null if it is not a point of the curve.</summary>
    private static Point? Decode(ReadOnlySpan<byte> encoded)
    {
        var y = new BigInteger(encoded, isUnsigned: true);
        bool isOdd = !(y >> 255).IsZero;
        y &= (BigInteger.One << 255) - 1;
        if (y >= P)
            return null;
        BigInteger square = Modulo(((y * y) - 1) * Invert(Modulo((D * y * y) + 1)));
        BigInteger x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Modulo((x * x) - square) != 0)
            x = Modulo(x * SquareRootOfMinusOne);
        if (Modulo((x * x) - square) != 0 || (x.IsZero && isOdd))
            return null;
        return Point.Affine(x.IsEven == isOdd ? P - x : x, y);
    }

    /// <summary>A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z (RFC 8032 5.1.4).</summary>
    private sealed record Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        private static readonly Point Zero = Affine(0, 1);

        public static Point Affine(BigInteger x, BigInteger y) => new(x, y, 1, Modulo(x * y));

        public Point Plus(Point other)
        {
            BigInteger a = Modulo((Y - X) * (other.Y - other.X)), b = Modulo((Y + X) * (other.Y + other.X));
            BigInteger c = Modulo(2 * T * other.T % P * D), d = Modulo(2 * Z * other.Z);
            BigInteger e = b - a, f = d - c, g = d + c, h = b + a;
            return new Point(Modulo(e * f), Modulo(g * h), Modulo(f * g), Modulo(e * h));
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

        /// <summary>RFC 8032 5.1.2.</summary>
        public byte[] Encode()
        {
            BigInteger inverse = Invert(Z);
            byte[] encoded = new byte[32];
            Modulo(Y * inverse).TryWriteBytes(encoded, out _, isUnsigned: true);
            if (!Modulo(X * inverse).IsEven)
                encoded[31] |= 0x80;
            return encoded;
        }

        public bool Equals(Point? other) =>
            other is not null && Modulo((X * other.Z) - (other.X * Z)).IsZero && Modulo((Y * other.Z) - (other.Y * Z)).IsZero;

        public override int GetHashCode() => 0;
    }
}
