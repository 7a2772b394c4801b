namespace PgSsl.Files;

/// <summary>What a <see cref="FileTransaction"/> left behind.</summary>
/// <param name="Backups">The old content of each file that was replaced or deleted, in the order of the edits; empty where all are new.</param>
public sealed record FileTransactionResult(IReadOnlyList<string> Backups);
