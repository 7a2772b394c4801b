namespace PgSsl.Backups;

/// <summary>What a cmdlet knows about the backups of a change: the server that they belong to, and where they are to be.</summary>
internal sealed record BackupTerms
{
    /// <summary>The server; null if no server was asked.</summary>
    public BackupServer? Server { get; init; }

    /// <summary>The directory that the user wants all backups in, absolute; null if none was named.</summary>
    public string? Directory { get; init; }

    /// <summary>Which backups are restored, a sentence each.</summary>
    public IReadOnlyList<string> Restored { get; init; } = [];

    /// <summary>The same where the files have that content already.</summary>
    public IReadOnlyList<string> Present { get; init; } = [];
}
