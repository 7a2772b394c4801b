using System.Formats.Asn1;
using System.Numerics;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A certificate's public key.</summary>
/// <param name="Encoded">The whole SubjectPublicKeyInfo.</param>
/// <param name="AlgorithmOid">The key type; null for a key that OpenSSL cannot read.</param>
/// <param name="Key">The content of the subjectPublicKey bit string.</param>
/// <param name="SecurityBits">Its strength as OpenSSL rates it.</param>
/// <param name="HasExplicitCurve">Whether the curve is given by parameters instead of by name.</param>
internal sealed record SubjectPublicKey(
    ReadOnlyMemory<byte> Encoded, string? AlgorithmOid, ReadOnlyMemory<byte> Key, int SecurityBits, bool HasExplicitCurve)
{
    // The orders of the named curves, in bits: NIST P-224 and up, secp256k1, Brainpool r1 and t1.
    private static readonly Dictionary<string, int> CurveBits = new()
    {
        ["1.2.840.10045.3.1.1"] = 192, ["1.3.132.0.33"] = 224, ["1.2.840.10045.3.1.7"] = 256,
        ["1.3.132.0.34"] = 384, ["1.3.132.0.35"] = 521, ["1.3.132.0.10"] = 256,
        ["1.3.36.3.3.2.8.1.1.1"] = 160, ["1.3.36.3.3.2.8.1.1.3"] = 192, ["1.3.36.3.3.2.8.1.1.5"] = 224,
        ["1.3.36.3.3.2.8.1.1.7"] = 256, ["1.3.36.3.3.2.8.1.1.9"] = 320, ["1.3.36.3.3.2.8.1.1.11"] = 384,
        ["1.3.36.3.3.2.8.1.1.13"] = 512, ["1.3.36.3.3.2.8.1.1.8"] = 256, ["1.3.36.3.3.2.8.1.1.10"] = 320,
        ["1.3.36.3.3.2.8.1.1.12"] = 384, ["1.3.36.3.3.2.8.1.1.14"] = 512,
    };

    /// <summary>Whether OpenSSL can read the key.</summary>
    public bool IsReadable => AlgorithmOid is not null;

    public static SubjectPublicKey Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.PeekEncodedValue();
        AsnReader info = reader.ReadSequence();
        AsnReader algorithm = info.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        byte[] key = info.ReadBitString(out _);
        try
        {
            bool isExplicit = oid == Oids.EllipticCurve && algorithm.HasData && algorithm.PeekTag() == Asn1Tag.Sequence;
            int bits = oid switch
            {
                Oids.Rsa or Oids.RsaPss => RsaSecurityBits(ModulusBits(key)),
                Oids.EllipticCurve when isExplicit => CurveSecurityBits(ExplicitOrderBits(algorithm)),
                Oids.EllipticCurve => NamedCurveBits(algorithm.ReadObjectIdentifier(), key),
                Oids.Dsa => DsaSecurityBits(algorithm.ReadSequence()),
                Oids.Ed25519 when key.Length == 32 => 128,
                Oids.Ed448 when key.Length == 57 => 224,
                _ => -1,
            };
            return new SubjectPublicKey(encoded, bits < 0 ? null : oid, key, bits, isExplicit);
        }
        catch (Exception e) when (e is AsnContentException or KeyNotFoundException)
        {
            return new SubjectPublicKey(encoded, null, key, -1, false);
        }
    }

    private static int ModulusBits(byte[] key) =>
        BitLength(new AsnReader(key, AsnEncodingRules.DER).ReadSequence().ReadInteger());

    private static int BitLength(BigInteger value) => (int)value.GetBitLength();

    /// <summary>crypto/rsa/rsa_lib.c, ossl_ifc_ffc_compute_security_bits: standard sizes, else the formula of FIPS 140-2 IG 7.5.</summary>
    internal static int RsaSecurityBits(int modulusBits)
    {
        switch (modulusBits)
        {
            case 2048: return 112;
            case 3072: return 128;
            case 4096: return 152;
            case 6144: return 176;
            case 7680: return 192;
            case 8192: return 200;
            case 15360: return 256;
            case < 8: return 0;
        }
        double x = modulusBits * Math.Log(2);
        double strength = (1.923 * Math.Cbrt(x * Math.Log(x) * Math.Log(x)) - 4.69) / Math.Log(2);
        int cap = modulusBits <= 7680 ? 192 : modulusBits <= 15360 ? 256 : 1200;
        return Math.Min(((int)strength + 4) & ~7, cap);
    }

    /// <summary>
    /// OpenSSL cannot read a key whose point is not on its curve. For a rare curve, or another form of the point (compressed, hybrid), this is not
    /// checked.
    /// </summary>
    private static int NamedCurveBits(string curve, byte[] point)
    {
        bool isUsual = point is not [2 or 3 or 6 or 7, ..];
        if (isUsual && NistCurve.Find(curve) is { } known && !(point is [4, ..] && known.Contains(point.AsSpan(1))))
            return -1;
        return CurveSecurityBits(CurveBits[curve]);
    }

    /// <summary>crypto/ec/ec_ameth.c: half of the order's bits, rounded down to a standard strength.</summary>
    private static int CurveSecurityBits(int orderBits) => orderBits switch
    {
        >= 512 => 256,
        >= 384 => 192,
        >= 256 => 128,
        >= 224 => 112,
        >= 160 => 80,
        _ => orderBits / 2,
    };

    /// <summary>crypto/bn/bn_lib.c, BN_security_bits.</summary>
    private static int DsaSecurityBits(AsnReader parameters)
    {
        int primeBits = BitLength(parameters.ReadInteger());
        int halfOrder = BitLength(parameters.ReadInteger()) / 2;
        int strength = primeBits switch { >= 15360 => 256, >= 7680 => 192, >= 3072 => 128, >= 2048 => 112, >= 1024 => 80, _ => 0 };
        return halfOrder < 80 ? 0 : Math.Min(halfOrder, strength);
    }

    private static int ExplicitOrderBits(AsnReader algorithm)
    {
        AsnReader parameters = algorithm.ReadSequence();
        parameters.ReadInteger();
        parameters.ReadEncodedValue();
        parameters.ReadEncodedValue();
        parameters.ReadEncodedValue();
        return BitLength(parameters.ReadInteger());
    }
}
