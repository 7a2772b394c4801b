using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Requests;

namespace PgSsl;

/// <summary>A certificate that is signed with its own key, for tests. Times are UTC. There is nothing that could be proven.</summary>
public sealed record SelfSignedCertificate : ChangeOutput
{
    /// <summary>Its subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Its alternative names: <c>DNS:db1</c>, <c>IP:10.0.0.1</c> …</summary>
    public required OutputList<string> SubjectAlternativeName { get; init; }

    /// <summary><c>Server</c>, <c>Client</c> or <c>Replication</c>.</summary>
    public required string Role { get; init; }

    /// <summary><c>ecdsa-p256</c>, <c>rsa-3072</c> …</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>Valid from.</summary>
    public required DateTime NotBefore { get; init; }

    /// <summary>Valid until.</summary>
    public required DateTime NotAfter { get; init; }

    /// <summary>SHA-256 of the certificate, upper-case hex without separators; null with -WhatIf.</summary>
    public required string? Fingerprint { get; init; }

    /// <summary>SHA-256 of its public key (SubjectPublicKeyInfo), upper-case hex; null with -WhatIf for a new key.</summary>
    public required string? SpkiSha256 { get; init; }

    /// <summary>The file of the private key.</summary>
    public required string KeyPath { get; init; }

    /// <summary>Whether the key file was written with a passphrase; null for a key that existed before.</summary>
    public required bool? IsKeyEncrypted { get; init; }

    /// <summary>The file of the certificate.</summary>
    public required string CertificatePath { get; init; }

    internal X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// The certificate, without its key; null with -WhatIf. A method, because ConvertTo-Json would write all of its properties.
    /// </summary>
    public X509Certificate2? GetCertificate() => Certificate;

    /// <summary>The certificate, as PEM; null with -WhatIf.</summary>
    public required string? CertificatePem { get; init; }

    /// <summary>Makes the record.</summary>
    /// <param name="profile">What was asked for.</param>
    /// <param name="key">Its key.</param>
    /// <param name="files">The files of both.</param>
    /// <param name="isKeyEncrypted">Whether a passphrase was used; ignored for a key that existed before.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="backups">The backups of the files that were replaced.</param>
    internal static SelfSignedCertificate Create(
        CertificateProfile profile,
        CertificateKey key,
        KeyFilePlan files,
        bool isKeyEncrypted,
        X509Certificate2 certificate,
        IReadOnlyList<string> backups) =>
        Planned(profile, key.Algorithm, key, files, isKeyEncrypted, (certificate.NotBefore, certificate.NotAfter)) with
        {
            Fingerprint = Certificates.Fingerprint.Of(certificate),
            Certificate = certificate,
            CertificatePem = certificate.ExportCertificatePem() + "\n",
            Backup = backups.ToArray(),
        };

    /// <summary>Makes the record of a certificate that is not made yet.</summary>
    /// <param name="profile">What is asked for.</param>
    /// <param name="algorithm">The algorithm of its key.</param>
    /// <param name="key">Its key; null if it is to be made.</param>
    /// <param name="files">The files of both.</param>
    /// <param name="isKeyEncrypted">Whether a passphrase is used; ignored for a key that existed before.</param>
    /// <param name="validity">When it is valid.</param>
    internal static SelfSignedCertificate Planned(
        CertificateProfile profile,
        string algorithm,
        CertificateKey? key,
        KeyFilePlan files,
        bool isKeyEncrypted,
        (DateTime NotBefore, DateTime NotAfter) validity) => new()
    {
        IsChanged = true,
        Subject = profile.Subject.ToString(),
        // Arrays, because PowerShell cannot index the lists that the compiler makes.
        SubjectAlternativeName = profile.SubjectAlternativeNames.ToArray(),
        Role = profile.Role.ToString(),
        KeyAlgorithm = algorithm,
        NotBefore = validity.NotBefore.ToUniversalTime(),
        NotAfter = validity.NotAfter.ToUniversalTime(),
        Fingerprint = null,
        SpkiSha256 = key?.SpkiSha256,
        KeyPath = files.KeyPath,
        IsKeyEncrypted = files.KeyExists ? null : isKeyEncrypted,
        CertificatePath = files.DocumentPath,
        CertificatePem = null,
    };
}
