using System.Numerics;

namespace PgSsl.Certificates;

/// <summary>
/// A curve y² = x³ − 3x + b over the integers modulo p (FIPS 186-4, D.1.2). It is enough to check whether the point of a public key is on it,
/// without the cost of a platform key for each certificate.
/// </summary>
internal sealed class NistCurve
{
    // Each is made when a key on it is read: most certificates need none of them.
    private static readonly Lazy<NistCurve> P256 = new(() => new(
        BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1,
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"));

    private static readonly Lazy<NistCurve> P384 = new(() => new(
        BigInteger.Pow(2, 384) - BigInteger.Pow(2, 128) - BigInteger.Pow(2, 96) + BigInteger.Pow(2, 32) - 1,
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"));

    private static readonly Lazy<NistCurve> P521 = new(() => new(
        BigInteger.Pow(2, 521) - 1,
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"));

    private readonly BigInteger _p;
    private readonly BigInteger _b;
    private readonly int _length;

    private NistCurve(BigInteger p, string b)
    {
        _p = p;
        _b = new BigInteger(Convert.FromHexString(b), isUnsigned: true, isBigEndian: true);
        _length = p.GetByteCount(isUnsigned: true);
    }

    /// <summary>P-256, P-384 or P-521; null for every other curve.</summary>
    public static NistCurve? Find(string oid) => oid switch
    {
        "1.2.840.10045.3.1.7" => P256.Value,
        "1.3.132.0.34" => P384.Value,
        "1.3.132.0.35" => P521.Value,
        _ => null,
    };

    /// <summary>Whether a point is on the curve.</summary>
    /// <param name="coordinates">x and y, big-endian, each as long as p.</param>
    public bool Contains(ReadOnlySpan<byte> coordinates)
    {
        if (coordinates.Length != 2 * _length)
            return false;
        var x = new BigInteger(coordinates[.._length], isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(coordinates[_length..], isUnsigned: true, isBigEndian: true);
        return x < _p && y < _p && (((x * x - 3) * x + _b - y * y) % _p).IsZero;
    }
}
