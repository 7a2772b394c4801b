using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A certificate's public key.</summary>
/// <param name="Encoded">The whole SubjectPublicKeyInfo.</param>
/// <param name="AlgorithmOid">The key type; null for a key that OpenSSL cannot read.</param>
/// <param name="Key">The content of the subjectPublicKey bit string.</param>
/// <param name="SecurityBits">Its strength as OpenSSL rates it.</param>
internal sealed record SubjectPublicKey(ReadOnlyMemory<byte> Encoded, string? AlgorithmOid, ReadOnlyMemory<byte> Key, int SecurityBits)
{
    /// <summary>Whether OpenSSL can read the key.</summary>
    public bool IsReadable => AlgorithmOid is not null;

    /// <summary>Whether the curve is given by parameters instead of by name.</summary>
    public bool HasExplicitCurve { get; private init; }

    /// <summary>The named curve; null for keys of other types, and for explicit curves.</summary>
    public string? CurveOid { get; private init; }

    /// <summary>What an RSASSA-PSS key is restricted to; null for one that is not.</summary>
    public PssParameters? Restriction { get; private init; }

    /// <summary>
    /// A certificate's SubjectPublicKeyInfo as it is encoded. .NET 8 cannot write one without parameters (RSASSA-PSS, Ed25519) from a PublicKey.
    /// </summary>
    public static byte[] EncodingOf(X509Certificate2 certificate)
    {
        AsnReader content = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        // RFC 5280 4.1: [0] version, then serialNumber, signature, issuer, validity and subject.
        int before = content.Has(0) ? 6 : 5;
        for (int i = 0; i < before; i++)
            content.ReadEncodedValue();
        return content.ReadEncodedValue().ToArray();
    }

    public static SubjectPublicKey Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.PeekEncodedValue();
        AsnReader info = reader.ReadSequence();
        var algorithm = AlgorithmIdentifier.Read(info);
        byte[] key = info.ReadBits(out _);
        info.ThrowIfNotEmpty();
        try
        {
            return Read(encoded, algorithm, key);
        }
        catch (AsnContentException)
        {
            return Unreadable(encoded, key);
        }
    }

    private static SubjectPublicKey Unreadable(ReadOnlyMemory<byte> encoded, byte[] key) => new(encoded, null, key, -1);

    private static SubjectPublicKey Read(ReadOnlyMemory<byte> encoded, AlgorithmIdentifier algorithm, byte[] key)
    {
        int bits = algorithm.Oid switch
        {
            Oids.Rsa or Oids.RsaPss => RsaSecurityBits(ModulusBits(key)),
            Oids.EllipticCurve => CurveSecurityBits(OrderBits(algorithm, key)),
            Oids.Dsa => DsaSecurityBits(algorithm),
            // crypto/ec/ecx_backend.c, ossl_ecx_key_op: parameters must be absent.
            Oids.Ed25519 when key.Length == 32 && algorithm.Parameters is null => 128,
            Oids.Ed448 when key.Length == 57 && algorithm.Parameters is null => 224,
            _ => -1,
        };
        if (bits < 0)
            return Unreadable(encoded, key);
        return new SubjectPublicKey(encoded, algorithm.Oid, key, bits)
        {
            HasExplicitCurve = algorithm is { Oid: Oids.EllipticCurve, Parameters.Type: UniversalTagNumber.Sequence },
            CurveOid = algorithm.Oid == Oids.EllipticCurve ? algorithm.Parameters?.Oid : null,
            Restriction = algorithm.Oid == Oids.RsaPss ? ReadRestriction(algorithm) : null,
        };
    }

    /// <summary>crypto/rsa/rsa_backend.c, ossl_rsa_param_decode: no parameters, or readable ones. Whether they are valid is asked later.</summary>
    private static PssParameters? ReadRestriction(AlgorithmIdentifier algorithm) => algorithm.Parameters is null
        ? null
        : PssParameters.Read(algorithm) ?? throw new AsnContentException("The parameters of the key cannot be read.");

    private static int ModulusBits(byte[] key) => new AsnReader(key, AsnEncodingRules.BER).ReadSequence().ReadWhole(content =>
    {
        var modulus = content.ReadUnsigned();
        content.ReadUnsigned();
        return (int)modulus.GetBitLength();
    });

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
    /// OpenSSL cannot read a key whose point is not on its curve (crypto/ec/ec_asn1.c, o2i_ECPublicKey). Curves that are not over a prime are
    /// not known here: no client would use one.
    /// </summary>
    private static int OrderBits(AlgorithmIdentifier algorithm, byte[] point)
    {
        if (algorithm.Parameters?.Oid is not { } oid)
            return ExplicitOrderBits(algorithm);
        if (NamedCurve.Find(oid) is not { } curve)
            return NamedCurveParameters.FindWeak(oid) ?? throw new AsnContentException("An unknown curve.");
        return curve.Decode(point) is not null
            ? NamedCurveParameters.Find(oid)!.OrderBits
            : throw new AsnContentException("The point is not on the curve.");
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
    private static int DsaSecurityBits(AlgorithmIdentifier algorithm)
    {
        AsnReader parameters = algorithm.ReadParameters() ?? throw new AsnContentException("A key without parameters.");
        int primeBits = BitLength(parameters.ReadInteger());
        int halfOrder = BitLength(parameters.ReadInteger()) / 2;
        int strength = primeBits switch { >= 15360 => 256, >= 7680 => 192, >= 3072 => 128, >= 2048 => 112, >= 1024 => 80, _ => 0 };
        return halfOrder < 80 ? 0 : Math.Min(halfOrder, strength);
    }

    private static int ExplicitOrderBits(AlgorithmIdentifier algorithm)
    {
        AsnReader parameters = algorithm.ReadParameters() ?? throw new AsnContentException("A key without a curve.");
        parameters.ReadInteger();
        parameters.ReadEncodedValue();
        parameters.ReadEncodedValue();
        parameters.ReadEncodedValue();
        return BitLength(parameters.ReadInteger());
    }
}
