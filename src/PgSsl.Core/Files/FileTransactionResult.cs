namespace PgSsl.Files;

/// <summary>What a <see cref="FileTransaction"/> left behind.</summary>
/// <param name="Backups">The old content of each file that was replaced or deleted, in the order of the edits; empty where all are new.</param>
/// <param name="WrittenInPlace">
/// The files, as the edits name them, that could not be replaced in one step and were written in place
/// (<see cref="FileEdit.MayWriteInPlace"/>): had the machine died in the middle, they would be a mix of old and new.
/// </param>
internal sealed record FileTransactionResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace);
