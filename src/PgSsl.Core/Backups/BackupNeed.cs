using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>Whether a backup is still needed, and why.</summary>
/// <param name="IsNeeded">Whether it is.</param>
/// <param name="Reason">Why, or why not.</param>
internal sealed record BackupNeed(bool IsNeeded, string Reason)
{
    /// <summary>Judges a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="all">All backups of the same file.</param>
    /// <param name="at">Now.</param>
    public static BackupNeed Of(StoredBackup backup, IEnumerable<StoredBackup> all, DateTimeOffset at)
    {
        if (backup.Content is not { } content)
            return new BackupNeed(true, "It cannot be read, so nothing is known about it.");
        byte[]? present = TryRead(backup.Target);
        if (present is not null && present.AsSpan().SequenceEqual(content))
            return new BackupNeed(false, "The file has the same content now.");
        if (backup.Kind == FileKind.PrivateKey && EndOfCertificate(backup) is { } end && end < at.UtcDateTime)
            return new BackupNeed(false, string.Create(CultureInfo.InvariantCulture, $"Its certificate expired on {end:yyyy-MM-dd}."));
        if (all.Where(other => other.IsRestorable && other.Name.CompareTo(backup.Name) > 0).MaxBy(other => other.Name) is { } newer)
            return new BackupNeed(false, $"There is a newer one: {Path.GetFileName(newer.Path)}.");
        return new BackupNeed(true, present is null ? "The file does not exist any more." : "It is the newest backup of its file.");
    }

    /// <summary>Until when the certificate was valid that was replaced together with a key; null if there is none.</summary>
    private static DateTime? EndOfCertificate(StoredBackup key)
    {
        foreach (StoredBackup found in key.Record is { } record ? BackupRecord.FindOthers(key.Path, record) : [])
        {
            if (found is not { Content: { } content, IsWhole: true } || found.Kind != FileKind.Certificate)
                continue;
            try
            {
                using var certificate = X509Certificate2.CreateFromPem(Encoding.Latin1.GetString(content));
                return certificate.NotAfter.ToUniversalTime();
            }
            catch (CryptographicException)
            {
                return null;
            }
        }
        return null;
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return RegularFile.Read(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
