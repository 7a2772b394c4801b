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

    /// <summary>RSA, ECDSA, Ed25519 … and the size in bits; null where it could not be read.</summary>
    public (string Algorithm, int Size)? Kind { get; private init; }

    /// <summary>The same text as <see cref="KeyIdentity.Text"/> of its certificate; null where that cannot be told.</summary>
    public string? Identity => Public?.Text;

    /// <summary>What a certificate's public key has to be; null where that cannot be told.</summary>
    private KeyIdentity? Public { get; init; }

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
            using PrivateKey key = PrivateKeyReader.ReadAny(first, passphrase, PassphraseSource.KeyParameter, path);
            KeyIdentity identity = KeyIdentity.Of(key) ?? throw PrivateKeyReader.Unusable(isEncrypted, PassphraseSource.KeyParameter, path);
            return new ServerKey
            {
                IsPem = isPem,
                IsEncrypted = isEncrypted,
                Kind = PublicKeyDescription.Of(identity.AlgorithmOid, key.Algorithm, identity.PublicKey),
                Public = identity,
            };
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
    public bool? Matches(X509Certificate2 certificate) => Public?.Matches(certificate);
}
