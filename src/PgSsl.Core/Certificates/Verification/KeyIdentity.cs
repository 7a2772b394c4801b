using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Verification;

/// <summary>What the public key of a certificate has to be for a private key to be its key.</summary>
/// <param name="AlgorithmOid">The key type.</param>
/// <param name="PublicKey">The bits; null where they cannot be told from the private key.</param>
internal sealed record KeyIdentity(string AlgorithmOid, byte[]? PublicKey)
{
    /// <summary>Of a private key; null where it is damaged.</summary>
    public static KeyIdentity? Of(PrivateKey key)
    {
        try
        {
            return key.Algorithm is { } algorithm ? Read(algorithm.ExportSubjectPublicKeyInfo()) : ReadOther(key.Pkcs8);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Of a certificate.</summary>
    public static KeyIdentity Of(X509Certificate2 certificate) => Read(Normalize(certificate));

    /// <summary>The same text for the same key; null where the bits are not known.</summary>
    public string? Text => PublicKey is null ? null : $"{AlgorithmOid}:{Convert.ToHexString(PublicKey)}";

    /// <summary>Whether the key is the certificate's (X509_check_private_key); null where it cannot be told.</summary>
    public bool? Matches(X509Certificate2 certificate)
    {
        KeyIdentity theirs = Of(certificate);
        if (theirs.AlgorithmOid != AlgorithmOid)
            return false;
        return PublicKey is { } key ? key.AsSpan().SequenceEqual(theirs.PublicKey) : null;
    }

    /// <summary>A point on a curve, and the curve itself, can be written in several ways; .NET always writes the same.</summary>
    private static byte[] Normalize(X509Certificate2 certificate)
    {
        try
        {
            using ECDsa? ecdsa = certificate.PublicKey.Oid.Value == Oids.EllipticCurve ? certificate.GetECDsaPublicKey() : null;
            return ecdsa?.ExportSubjectPublicKeyInfo() ?? SubjectPublicKey.EncodingOf(certificate);
        }
        catch (CryptographicException)
        {
            return SubjectPublicKey.EncodingOf(certificate);
        }
    }

    private static KeyIdentity Read(byte[] spki)
    {
        var parsed = SubjectPublicKey.Read(new AsnReader(spki, AsnEncodingRules.DER));
        string oid = System.Security.Cryptography.X509Certificates.PublicKey.CreateFromSubjectPublicKeyInfo(spki, out _).Oid.Value!;
        // On another curve the same point is another key.
        return new(oid, oid == Oids.EllipticCurve ? spki : parsed.Key.ToArray());
    }

    /// <summary>Keys that .NET has no class for (RFC 5958 2).</summary>
    private static KeyIdentity ReadOther(ReadOnlyMemory<byte> pkcs8)
    {
        AsnReader info = new AsnReader(pkcs8, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        string algorithm = info.ReadSequence().ReadObjectIdentifier();
        byte[] key = info.ReadOctetString();
        try
        {
            return new(algorithm, algorithm switch
            {
                Oids.Ed25519 => Ed25519.DerivePublicKey(new AsnReader(key, AsnEncodingRules.BER).ReadOctetString()),
                Oids.Ed448 => Ed448.DerivePublicKey(new AsnReader(key, AsnEncodingRules.BER).ReadOctetString()),
                Oids.RsaPss => ReadRsa(key),
                _ => null,
            });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] ReadRsa(byte[] key)
    {
        using var rsa = RSA.Create();
        rsa.ImportRSAPrivateKey(key, out _);
        return rsa.ExportRSAPublicKey();
    }
}
