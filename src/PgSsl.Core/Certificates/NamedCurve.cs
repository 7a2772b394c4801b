using System.Numerics;

namespace PgSsl.Certificates;

/// <summary>
/// A curve y² = x³ + ax + b over the integers modulo p that OpenSSL knows and takes for strong enough. It is enough to check whether the point
/// of a public key is on it, on every platform and without the cost of a platform key for each certificate.
/// </summary>
internal sealed class NamedCurve
{
    private readonly BigInteger _p;
    private readonly BigInteger _a;
    private readonly BigInteger _b;
    private readonly int _length;

    private NamedCurve(NamedCurveParameters parameters)
    {
        _p = Number(parameters.P);
        _a = parameters.A is null ? -3 : Number(parameters.A);
        _b = Number(parameters.B);
        _length = _p.GetByteCount(isUnsigned: true);
    }

    /// <summary>The curve; null for one that is not over a prime, too weak, or not known.</summary>
    public static NamedCurve? Find(string oid) => NamedCurveParameters.Find(oid) is { } parameters
        ? s_made.GetOrAdd(oid, _ => new NamedCurve(parameters))
        : null;

    // Each is made when a key on it is read: most certificates need none of them.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, NamedCurve> s_made = new();

    /// <summary>Whether a point is on the curve.</summary>
    /// <param name="coordinates">x and y, big-endian, each as long as p.</param>
    public bool Contains(ReadOnlySpan<byte> coordinates)
    {
        if (coordinates.Length != 2 * _length)
            return false;
        BigInteger x = Number(coordinates[.._length]), y = Number(coordinates[_length..]);
        return x < _p && y < _p && ((Right(x) - (y * y)) % _p).IsZero;
    }

    /// <summary>
    /// The coordinates of a point in any form: compressed, uncompressed, hybrid (SEC 1 2.3.4; crypto/ec/ecp_oct.c,
    /// ossl_ec_GFp_simple_oct2point). Null where it is none of the curve.
    /// </summary>
    public byte[]? Decode(ReadOnlySpan<byte> point)
    {
        if (point.IsEmpty)
            return null;
        ReadOnlySpan<byte> rest = point[1..];
        switch (point[0])
        {
            case 4:
                return Contains(rest) ? rest.ToArray() : null;
            case 6 or 7:
                return Contains(rest) && (rest[^1] & 1) == (point[0] & 1) ? rest.ToArray() : null;
            case 2 or 3 when rest.Length == _length:
                return Decompress(rest, isOdd: point[0] == 3);
            default:
                return null;
        }
    }

    private byte[]? Decompress(ReadOnlySpan<byte> encoded, bool isOdd)
    {
        BigInteger x = Number(encoded);
        if (x >= _p || SquareRoot(Modulo(Right(x))) is not { } y || (y.IsZero && isOdd))
            return null;
        if (y.IsEven == isOdd)
            y = _p - y;
        byte[] coordinates = new byte[2 * _length];
        encoded.CopyTo(coordinates);
        byte[] bytes = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(coordinates, coordinates.Length - bytes.Length);
        return coordinates;
    }

    private BigInteger Right(BigInteger x) => ((((x * x) + _a) * x) + _b) % _p;

    private BigInteger Modulo(BigInteger value) => value.Sign < 0 ? value + _p : value;

    /// <summary>The algorithm of Tonelli and Shanks; null for a number that is no square.</summary>
    private BigInteger? SquareRoot(BigInteger square)
    {
        if (square.IsZero)
            return square;
        BigInteger half = (_p - 1) / 2;
        if (!BigInteger.ModPow(square, half, _p).IsOne)
            return null;
        int twos = 0;
        BigInteger odd = _p - 1;
        for (; odd.IsEven; odd >>= 1)
            twos++;
        BigInteger nonSquare = 2;
        while (BigInteger.ModPow(nonSquare, half, _p).IsOne)
            nonSquare++;
        BigInteger factor = BigInteger.ModPow(nonSquare, odd, _p);
        BigInteger rest = BigInteger.ModPow(square, odd, _p);
        BigInteger root = BigInteger.ModPow(square, (odd + 1) / 2, _p);
        while (!rest.IsOne)
        {
            int order = 0;
            for (BigInteger power = rest; !power.IsOne; power = power * power % _p)
                order++;
            for (; twos - order > 1; twos--)
                factor = factor * factor % _p;
            root = root * factor % _p;
            factor = factor * factor % _p;
            rest = rest * factor % _p;
            twos = order;
        }
        return root;
    }

    private static BigInteger Number(string hex) => Number(Convert.FromHexString(hex));

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
