using System.Formats.Asn1;
using System.Security.Cryptography;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A signature algorithm, if OpenSSL 3 knows it (crypto/objects/obj_xref.txt: not ECDSA with SHA-3).</summary>
/// <param name="Encoded">The AlgorithmIdentifier as written.</param>
/// <param name="Oid">Its identifier.</param>
/// <param name="KeyOid">The key type that makes such signatures; null for an algorithm that OpenSSL does not know.</param>
/// <param name="Digest">The digest's name (<c>SHA256</c> …); null for algorithms with a digest of their own.</param>
/// <param name="SecurityBits">Half of the digest's bits, less for broken digests (crypto/x509/x509_set.c); -1 if unknown.</param>
/// <param name="PssSaltLength">The salt length of an RSASSA-PSS signature in bytes.</param>
internal sealed record SignatureAlgorithm(
    ReadOnlyMemory<byte> Encoded, string Oid, string? KeyOid, string? Digest, int SecurityBits, int PssSaltLength = 0)
{
    private static readonly Dictionary<string, (string KeyOid, string? Digest)> Known = new()
    {
        ["1.2.840.113549.1.1.4"] = (Oids.Rsa, "MD5"),
        ["1.2.840.113549.1.1.5"] = (Oids.Rsa, "SHA1"),
        ["1.3.14.3.2.29"] = (Oids.Rsa, "SHA1"),
        ["1.2.840.113549.1.1.14"] = (Oids.Rsa, "SHA224"),
        ["1.2.840.113549.1.1.11"] = (Oids.Rsa, "SHA256"),
        ["1.2.840.113549.1.1.12"] = (Oids.Rsa, "SHA384"),
        ["1.2.840.113549.1.1.13"] = (Oids.Rsa, "SHA512"),
        ["2.16.840.1.101.3.4.3.14"] = (Oids.Rsa, "SHA3-256"),
        ["2.16.840.1.101.3.4.3.15"] = (Oids.Rsa, "SHA3-384"),
        ["2.16.840.1.101.3.4.3.16"] = (Oids.Rsa, "SHA3-512"),
        ["1.2.840.10045.4.1"] = (Oids.EllipticCurve, "SHA1"),
        ["1.2.840.10045.4.3.1"] = (Oids.EllipticCurve, "SHA224"),
        ["1.2.840.10045.4.3.2"] = (Oids.EllipticCurve, "SHA256"),
        ["1.2.840.10045.4.3.3"] = (Oids.EllipticCurve, "SHA384"),
        ["1.2.840.10045.4.3.4"] = (Oids.EllipticCurve, "SHA512"),
        ["1.2.840.10040.4.3"] = (Oids.Dsa, "SHA1"),
        ["2.16.840.1.101.3.4.3.1"] = (Oids.Dsa, "SHA224"),
        ["2.16.840.1.101.3.4.3.2"] = (Oids.Dsa, "SHA256"),
        [Oids.Ed25519] = (Oids.Ed25519, null),
        [Oids.Ed448] = (Oids.Ed448, null),
    };

    private static readonly Dictionary<string, string> PssDigests = new()
    {
        [Oids.Md5] = "MD5",
        [Oids.Sha1] = "SHA1",
        [Oids.Sha224] = "SHA224",
        [Oids.Sha256] = "SHA256",
        [Oids.Sha384] = "SHA384",
        [Oids.Sha512] = "SHA512",
    };

    /// <summary>The digest for .NET; null where .NET has none of that name.</summary>
    public HashAlgorithmName? HashAlgorithm => Digest is null or "SHA224" ? null : new HashAlgorithmName(Digest);

    public static SignatureAlgorithm Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.PeekEncodedValue();
        AsnReader identifier = reader.ReadSequence();
        string oid = identifier.ReadObjectIdentifier();
        if (oid == Oids.RsaPss)
            return ReadPss(encoded, identifier);
        return Known.TryGetValue(oid, out var known)
            ? new SignatureAlgorithm(encoded, oid, known.KeyOid, known.Digest, Strength(oid, known.Digest, sha1: 63))
            : new SignatureAlgorithm(encoded, oid, null, null, -1);
    }

    /// <summary>RFC 4055 3.1. Parameters that cannot be used leave the strength at -1, as in rsa_ameth.c rsa_sig_info_set.</summary>
    private static SignatureAlgorithm ReadPss(ReadOnlyMemory<byte> encoded, AsnReader identifier)
    {
        string digestOid = Oids.Sha1, maskDigestOid = Oids.Sha1;
        int salt = 20;
        try
        {
            AsnReader parameters = identifier.ReadSequence();
            if (Next(parameters, 0) is { } hash)
                digestOid = hash.ReadSequence().ReadObjectIdentifier();
            if (Next(parameters, 1) is { } mask)
            {
                AsnReader generator = mask.ReadSequence();
                maskDigestOid = generator.ReadObjectIdentifier() == Oids.Mgf1 ? generator.ReadSequence().ReadObjectIdentifier() : "";
            }
            if (Next(parameters, 2) is { } length && !length.TryReadInt32(out salt))
                salt = -1;
        }
        catch (AsnContentException)
        {
            salt = -1;
        }
        // .NET verifies PSS only with the same digest for both; OpenSSL also with two different ones, which nobody issues.
        return salt >= 0 && digestOid == maskDigestOid && PssDigests.TryGetValue(digestOid, out string? digest)
            ? new SignatureAlgorithm(encoded, Oids.RsaPss, Oids.RsaPss, digest, Strength(Oids.RsaPss, digest, sha1: 64), salt)
            : new SignatureAlgorithm(encoded, Oids.RsaPss, Oids.RsaPss, null, -1);
    }

    private static AsnReader? Next(AsnReader parameters, int tag)
    {
        var expected = new Asn1Tag(TagClass.ContextSpecific, tag, isConstructed: true);
        return parameters.HasData && parameters.PeekTag() == expected ? parameters.ReadSequence(expected) : null;
    }

    private static int Strength(string oid, string? digest, int sha1) => digest switch
    {
        "MD5" => 39,
        "SHA1" => sha1,
        "SHA224" => 112,
        "SHA256" or "SHA3-256" => 128,
        "SHA384" or "SHA3-384" => 192,
        "SHA512" or "SHA3-512" => 256,
        _ => oid == Oids.Ed448 ? 224 : 128,
    };
}
