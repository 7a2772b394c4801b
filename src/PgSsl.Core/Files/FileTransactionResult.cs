namespace PgSsl.Files;

/// <summary>The result of a <see cref="FileTransaction"/>.</summary>
/// <param name="Backups">The files with the old contents, in the order of the edits; empty if all files are new.</param>
/// <param name="WrittenInPlace">
/// The files, by their names in the edits, that could not be replaced atomically and were overwritten (<see cref="FileEdit.MayWriteInPlace"/>).
/// </param>
/// <param name="Old">Each file as it was, in the order of the edits; null for a file that did not exist. The contents are cleared.</param>
internal sealed record FileTransactionResult(
    IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<FileSnapshot?> Old)
{
    /// <summary>Backups that an undo could not delete.</summary>
    public IReadOnlyList<string> Leftovers { get; init; } = [];
}
