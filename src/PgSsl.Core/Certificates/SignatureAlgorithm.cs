using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A signature algorithm, if OpenSSL 3 knows it (crypto/objects/obj_xref.txt: not ECDSA with SHA-3).</summary>
/// <param name="Identifier">The AlgorithmIdentifier.</param>
/// <param name="KeyOid">The key type that makes such signatures; null for an algorithm that OpenSSL does not know.</param>
/// <param name="Digest">The digest's name (<c>SHA256</c> …); null for algorithms with a digest of their own.</param>
/// <param name="SecurityBits">Half of the digest's bits, less for broken digests (crypto/x509/x509_set.c); -1 if unknown.</param>
/// <param name="Pss">The parameters of an RSASSA-PSS signature.</param>
internal sealed record SignatureAlgorithm(
    AlgorithmIdentifier Identifier, string? KeyOid, string? Digest, int SecurityBits, PssParameters? Pss = null)
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
        ["2.16.840.1.101.3.4.3.13"] = (Oids.Rsa, "SHA3-224"),
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

    public static SignatureAlgorithm Read(AsnReader reader)
    {
        var identifier = AlgorithmIdentifier.Read(reader);
        if (identifier.Oid == Oids.RsaPss)
            return ReadPss(identifier);
        return Known.TryGetValue(identifier.Oid, out var known)
            ? new SignatureAlgorithm(identifier, known.KeyOid, known.Digest, Strength(identifier.Oid, known.Digest, sha1: 63))
            : new SignatureAlgorithm(identifier, null, null, -1);
    }

    /// <summary>Parameters that cannot be used leave the strength at -1 (crypto/rsa/rsa_ameth.c, rsa_sig_info_set).</summary>
    private static SignatureAlgorithm ReadPss(AlgorithmIdentifier identifier) => PssParameters.Read(identifier) is { AreValid: true } parameters
        ? new SignatureAlgorithm(
            identifier, Oids.RsaPss, parameters.Digest, Strength(Oids.RsaPss, parameters.Digest, sha1: 64), parameters)
        : new SignatureAlgorithm(identifier, Oids.RsaPss, null, -1);

    private static int Strength(string oid, string? digest, int sha1) => digest switch
    {
        "MD5" => 39,
        "SHA1" => sha1,
        not null => Certificates.Digest.SizeOf(digest) * 4,
        null => oid == Oids.Ed448 ? 224 : 128,
    };
}
