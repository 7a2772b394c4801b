using PgSsl.Backups;
using PgSsl.Common;

namespace PgSsl;

/// <summary>A backup that a change made, and whose it is. Times are UTC.</summary>
public sealed record FileBackup
{
    /// <summary>The backup.</summary>
    public required string BackupPath { get; init; }

    /// <summary>The file whose old content it has.</summary>
    public required string Target { get; init; }

    /// <summary>What it is: PrivateKey, Certificate, Request, Roots, Services, Configuration, or Any.</summary>
    public required string Kind { get; init; }

    /// <summary>When the content was replaced.</summary>
    public required DateTime Time { get; init; }

    /// <summary>The cmdlet that replaced it; null if it has no record.</summary>
    public required string? Command { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required long Size { get; init; }

    /// <summary>The account that owns the backup; null on Windows.</summary>
    public required string? Owner { get; init; }

    /// <summary>Whether it is still needed.</summary>
    public required bool IsNeeded { get; init; }

    /// <summary>Why, or why not.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether a record that can be trusted says whose it is. If not, only its name says which file it belongs to.</summary>
    public required bool IsRecorded { get; init; }

    /// <summary>The server whose file it is: host:port, or its socket's directory; null if no server was asked.</summary>
    public required string? Server { get; init; }

    /// <summary>The number that initdb gave that server; null if it is not known.</summary>
    public required string? SystemIdentifier { get; init; }

    /// <summary>The data directory of that server; null if it is not known.</summary>
    public required string? DataDirectory { get; init; }

    /// <summary>The machine on which it was made; null if it has no record.</summary>
    public required string? Machine { get; init; }

    /// <summary>The other backups of the same change.</summary>
    public required OutputList<string> Others { get; init; }

    /// <summary>What is wrong with it or its record.</summary>
    public required OutputList<string> Remarks { get; init; }

    /// <summary>Describes backups.</summary>
    /// <param name="backups">The backups.</param>
    /// <param name="at">Now.</param>
    internal static IReadOnlyList<FileBackup> Of(IReadOnlyList<StoredBackup> backups, DateTimeOffset at)
    {
        ILookup<string, StoredBackup> byTarget = backups.ToLookup(backup => backup.Target, Files.RealPath.Comparer);
        return [.. backups.Select(backup => Of(backup, BackupNeed.Of(backup, byTarget[backup.Target], at)))];
    }

    private static FileBackup Of(StoredBackup backup, BackupNeed need) => new()
    {
        BackupPath = backup.Path,
        Target = backup.Target,
        Kind = backup.Kind.Name,
        Time = backup.Time,
        Command = backup.Record?.Command,
        Size = backup.Size,
        Owner = BackupOwner.NameOf(backup.Status),
        IsNeeded = need.IsNeeded,
        Reason = need.Reason,
        IsRecorded = backup.Record is not null,
        Server = backup.Record?.Server?.Endpoint,
        SystemIdentifier = backup.Record?.Server?.SystemIdentifier,
        DataDirectory = backup.Record?.Server?.DataDirectory,
        Machine = backup.Record?.Machine,
        Others = [.. backup.Record?.Others ?? []],
        Remarks = [.. backup.Problems.Select(PrintableText.Of)],
    };
}
