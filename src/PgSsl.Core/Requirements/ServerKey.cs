using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Requirements;

/// <summary>What a private key file says about its key. The key itself is not kept.</summary>
internal sealed record ServerKey
{
    private const string PlainLabel = "PRIVATE KEY";

    private ServerKey()
    {
    }

    /// <summary>Whether a passphrase protects it.</summary>
    public bool IsEncrypted { get; private init; }

    /// <summary>Whether it is PEM, which the server demands (be-secure-openssl.c, be_tls_init: SSL_FILETYPE_PEM).</summary>
    public bool IsPem { get; private init; }

    /// <summary>Why nothing more is known about it: it is not a key, or the passphrase is wrong or missing; null where it could be read.</summary>
    public PgSslException? Failure { get; private init; }

    /// <summary>What a certificate's public key has to be: key type and key bits; null where that cannot be told.</summary>
    private (string AlgorithmOid, byte[]? PublicKey)? Public { get; init; }

    /// <summary>Reads a key.</summary>
    /// <param name="content">The bytes of the file; the caller clears them.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="path">Names the file in messages.</param>
    /// <returns>Never null: a key that cannot be read has a <see cref="Failure"/>.</returns>
    public static ServerKey Read(byte[] content, char[]? passphrase, string path)
    {
        (PemBlock? block, byte[] first) = FindFirst(content);
        bool isPem = block is not null;
        bool isEncrypted = block is { Label: "ENCRYPTED PRIVATE KEY" }
            || block?.Header.Contains("ENCRYPTED", StringComparison.Ordinal) == true
            || (!isPem && KeyEncryption.Find(content) is not null);
        try
        {
            if (ReadOther(block?.Label == PlainLabel ? block.Data : content) is { } other)
                return new ServerKey { IsPem = isPem, Public = other };
            using AsymmetricAlgorithm key = PrivateKeyReader.Read(first, passphrase, PassphraseSource.KeyParameter, path);
            return new ServerKey { IsPem = isPem, IsEncrypted = isEncrypted, Public = PublicOf(key.ExportSubjectPublicKeyInfo()) };
        }
        catch (PgSslException failure)
        {
            return new ServerKey { IsPem = isPem, IsEncrypted = isEncrypted, Failure = failure };
        }
        finally
        {
            if (isPem)
                CryptographicOperations.ZeroMemory(first);
        }
    }

    /// <summary>Whether a file has a key in PEM form, which need not be readable.</summary>
    public static bool IsPemFile(byte[] content) => FindFirst(content).Block is not null;

    /// <summary>OpenSSL uses the first key of a file; what is around it does not matter.</summary>
    /// <returns>The block and the bytes that it was read from; null and all bytes where there is no PEM key.</returns>
    private static (PemBlock? Block, byte[] Bytes) FindFirst(byte[] content)
    {
        var reader = new PemReader(content);
        while (reader.ReadBlock(out PemBlock? block) is null)
        {
            if (block!.Label.EndsWith(PlainLabel, StringComparison.Ordinal))
                return (block, content[reader.BlockStart..reader.Position]);
        }
        return (null, content);
    }

    /// <summary>Whether the key is the certificate's (X509_check_private_key); null where it cannot be told.</summary>
    public bool? Matches(X509Certificate2 certificate)
    {
        if (Public is not { } mine)
            return null;
        (string algorithm, byte[]? bits) = PublicOf(Normalize(certificate));
        if (algorithm != mine.AlgorithmOid)
            return false;
        return mine.PublicKey is { } key ? key.AsSpan().SequenceEqual(bits) : null;
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

    private static (string AlgorithmOid, byte[] PublicKey) PublicOf(byte[] spki)
    {
        var parsed = SubjectPublicKey.Read(new AsnReader(spki, AsnEncodingRules.DER));
        string oid = PublicKey.CreateFromSubjectPublicKeyInfo(spki, out _).Oid.Value!;
        // On another curve the same point is another key.
        return (oid, oid == Oids.EllipticCurve ? spki : parsed.Key.ToArray());
    }

    /// <summary>Unencrypted keys that .NET has no class for (RFC 5958 2): RSASSA-PSS, Ed25519, Ed448, DSA.</summary>
    private static (string AlgorithmOid, byte[]? PublicKey)? ReadOther(ReadOnlyMemory<byte> der)
    {
        try
        {
            AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            info.ReadInteger();
            string algorithm = info.ReadSequence().ReadObjectIdentifier();
            byte[] key = info.ReadOctetString();
            try
            {
                return algorithm switch
                {
                    Oids.Ed25519 => (algorithm, Ed25519.DerivePublicKey(new AsnReader(key, AsnEncodingRules.BER).ReadOctetString())),
                    Oids.RsaPss => (algorithm, ReadRsa(key)),
                    Oids.Ed448 or Oids.Dsa => (algorithm, null),
                    _ => null,
                };
            }
            finally
            {
                CryptographicOperations.ZeroMemory(key);
            }
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    private static byte[] ReadRsa(byte[] key)
    {
        using var rsa = RSA.Create();
        rsa.ImportRSAPrivateKey(key, out _);
        return rsa.ExportRSAPublicKey();
    }
}
