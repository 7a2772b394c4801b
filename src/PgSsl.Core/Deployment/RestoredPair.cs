using System.Security.Cryptography;
using PgSsl.Backups;
using PgSsl.Files;

namespace PgSsl.Deployment;

/// <summary>A certificate and its key that are installed again, from their backups.</summary>
/// <param name="Certificate">The backup of the certificate file.</param>
/// <param name="Key">The backup of the key; null for the key that the server has.</param>
internal sealed record RestoredPair(ChosenBackup Certificate, ChosenBackup? Key)
{
    /// <summary>Which backups are taken, a sentence each.</summary>
    public IReadOnlyList<string> Remarks =>
    [
        .. Key is null ? Array.Empty<string>() : [Key.Remark],
        Key is null ? $"{Certificate.Remark} No backup of a key is known that belongs to it: the present key is taken." : Certificate.Remark,
    ];

    /// <summary>The same where the server has them already.</summary>
    public IReadOnlyList<string> RemarksIfPresent =>
        [.. new[] { Key?.RemarkIfPresent, Certificate.RemarkIfPresent }.OfType<string>()];

    /// <summary>What could not be looked at when they were chosen.</summary>
    public IReadOnlyList<string> Warnings => [.. Certificate.Warnings.Union(Key?.Warnings ?? [])];

    /// <summary>Chooses the pair. If only one of the two is named, its record says where the other one is.</summary>
    /// <param name="paths">What was named, absolute.</param>
    /// <param name="usualDirectory">The account's backup directory; null if it has none.</param>
    /// <param name="named">The directory that the user named for backups; null for none.</param>
    /// <exception cref="PgSslException">
    /// As <see cref="ChosenBackup.Choose"/>; <see cref="PgSslError.ContradictoryParameters"/>: there are two of one kind;
    /// <see cref="PgSslError.InvalidCertificateFile"/>: none holds a certificate.
    /// </exception>
    public static RestoredPair Choose(IReadOnlyList<string> paths, string? usualDirectory, string? named = null)
    {
        ChosenBackup[] chosen =
            [.. paths.Distinct().Select(path => ChosenBackup.Choose(path, usualDirectory, named)).DistinctBy(backup => backup.Path)];
        ChosenBackup? key = Only(chosen, isKey: true), certificate = Only(chosen, isKey: false);
        certificate ??= FindOther(key!, isKey: false, usualDirectory) ?? throw new PgSslException(
            PgSslError.InvalidCertificateFile, $"{key!.Path} holds a key, and no backup of its certificate is known. Nothing was changed.",
            "Give the backup of the certificate as well.");
        return new RestoredPair(certificate, key ?? FindOther(certificate, isKey: true, usualDirectory));
    }

    /// <summary>Throws if one is not of these files.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ForeignBackup"/>.</exception>
    public void Check(DeploymentTarget target, BackupServer? server)
    {
        server ??= BackupServer.Around(target.CertificatePath);
        Certificate.Check(target.CertificatePath, server);
        Key?.Check(target.KeyPath, server);
    }

    /// <summary>The pair as if a CA had sent it. The caller clears the key.</summary>
    /// <exception cref="PgSslException">As <see cref="IssuedCertificates.Read"/>.</exception>
    public IssuedCertificates ToAnswer() => IssuedCertificates.Read(Certificate.Content, Certificate.Path) with { KeyPem = Key?.Content };

    /// <summary>Clears the copy of the key.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(Key?.Content);

    private static ChosenBackup? Only(ChosenBackup[] chosen, bool isKey)
    {
        ChosenBackup[] those = [.. chosen.Where(backup => backup.Kind == FileKind.PrivateKey == isKey)];
        return those.Length < 2 ? those.FirstOrDefault() : throw new PgSslException(
            PgSslError.ContradictoryParameters,
            $"There are {those.Length} backups of {(isKey ? "keys" : "certificates")}: {string.Join(", ", those.Select(backup => backup.Path))}.",
            "Give one change's backups: one of the certificate, and one of its key. Get-PgBackup has the newest last: put Select-Object -Last 1 "
                + "behind it.");
    }

    /// <summary>The other backup of the same change.</summary>
    private static ChosenBackup? FindOther(ChosenBackup backup, bool isKey, string? usualDirectory) => backup.Record is { } record
        ? BackupRecord.FindOthers(backup.Path, record)
            .Select(other => ChosenBackup.Choose(other.Path, usualDirectory))
            .FirstOrDefault(found => found.Kind == (isKey ? FileKind.PrivateKey : FileKind.Certificate))
        : null;
}
