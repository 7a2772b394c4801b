using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>A minted certificate with its key and with what stands above it. Nothing of it is on disk.</summary>
public sealed class TestCertificate
{
    internal TestCertificate(MintedCertificate minted, IReadOnlyList<TestCertificate> issuers)
    {
        Minted = minted;
        Certificate = minted.Key.AttachTo(minted.Certificate);
        Issuers = issuers;
    }

    /// <summary>The certificate, with its private key where .NET can hold it.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Its issuer, the issuer's issuer … up to the root; empty where it is self-signed.</summary>
    public IReadOnlyList<TestCertificate> Issuers { get; }

    /// <summary>The certificate alone.</summary>
    public string CertificatePem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>What a server sends: the certificate and its intermediates, without the root.</summary>
    public string ChainPem => string.Concat(Issuers.SkipLast(1).Select(issuer => issuer.CertificatePem).Prepend(CertificatePem));

    /// <summary>The root above it; its own PEM where it is self-signed.</summary>
    public string RootPem => Issuers.Count > 0 ? Issuers[^1].CertificatePem : CertificatePem;

    /// <summary>The private key as PKCS#8 without a passphrase.</summary>
    public string KeyPem => Minted.Key.Pem;

    /// <summary>The private key as encrypted PKCS#8 (AES-256, PBKDF2 with SHA-256).</summary>
    /// <exception cref="NotSupportedException">A key that .NET has no class for.</exception>
    public string EncryptedKeyPem(string passphrase)
    {
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000);
        return Minted.Key.Algorithm.ExportEncryptedPkcs8PrivateKeyPem(passphrase, parameters) + "\n";
    }

    internal MintedCertificate Minted { get; }
}
