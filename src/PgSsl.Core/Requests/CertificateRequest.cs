using PgSsl.Requests;

namespace PgSsl;

/// <summary>A request for a certificate, and its key. There is nothing that could be proven.</summary>
public sealed record CertificateRequest : ChangeOutput
{
    /// <summary>The subject of the certificate.</summary>
    public required string Subject { get; init; }

    /// <summary>Its alternative names: <c>DNS:db1</c>, <c>IP:10.0.0.1</c> …</summary>
    public required OutputList<string> SubjectAlternativeName { get; init; }

    /// <summary><c>Server</c>, <c>Client</c> or <c>Replication</c>.</summary>
    public required string Role { get; init; }

    /// <summary><c>ecdsa-p256</c>, <c>rsa-3072</c> …</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>The file of the private key.</summary>
    public required string KeyPath { get; init; }

    /// <summary>Whether the key file was written with a passphrase; null for a key that -ExistingKey named.</summary>
    public required bool? IsKeyEncrypted { get; init; }

    /// <summary>The file of the request, for a CA.</summary>
    public required string CsrPath { get; init; }

    /// <summary>The request, as PEM; null with -WhatIf.</summary>
    public required string? CsrPem { get; init; }

    /// <summary>
    /// SHA-256 of the public key (SubjectPublicKeyInfo), upper-case hex. The CA's certificate has the same one. Null with -WhatIf for a new key.
    /// </summary>
    public required string? SpkiSha256 { get; init; }

    /// <summary>Makes the record.</summary>
    /// <param name="profile">What was asked for.</param>
    /// <param name="key">Its key.</param>
    /// <param name="files">The files of both.</param>
    /// <param name="isKeyEncrypted">Whether a passphrase was used; ignored for a key that existed before.</param>
    /// <param name="csrPem">The request.</param>
    /// <param name="backups">The backups of the files that were replaced.</param>
    internal static CertificateRequest Create(
        CertificateProfile profile, CertificateKey key, KeyFilePlan files, bool isKeyEncrypted, string csrPem, IReadOnlyList<string> backups) =>
        Planned(profile, key.Algorithm, key, files, isKeyEncrypted) with { CsrPem = csrPem, Backup = backups.ToArray() };

    /// <summary>Makes the record of a request that is not made yet.</summary>
    /// <param name="profile">What is asked for.</param>
    /// <param name="algorithm">The algorithm of its key.</param>
    /// <param name="key">Its key; null if it is to be made.</param>
    /// <param name="files">The files of both.</param>
    /// <param name="isKeyEncrypted">Whether a passphrase is used; ignored for a key that existed before.</param>
    internal static CertificateRequest Planned(
        CertificateProfile profile, string algorithm, CertificateKey? key, KeyFilePlan files, bool isKeyEncrypted) => new()
    {
        IsChanged = true,
        Subject = profile.Subject.ToString(),
        // Arrays, because PowerShell cannot index the lists that the compiler makes.
        SubjectAlternativeName = profile.SubjectAlternativeNames.ToArray(),
        Role = profile.Role.ToString(),
        KeyAlgorithm = algorithm,
        KeyPath = files.KeyPath,
        IsKeyEncrypted = files.KeyExists ? null : isKeyEncrypted,
        CsrPath = files.DocumentPath,
        CsrPem = null,
        SpkiSha256 = key?.SpkiSha256,
    };
}
