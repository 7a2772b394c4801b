using PgSsl.Files;

namespace PgSsl.Changes;

/// <summary>Edits of files that can be undone.</summary>
/// <param name="edits">
/// The edits. <see cref="FileEdit.Expected"/> is the present content of each file, which is restored; null for a file that does not exist yet.
/// </param>
/// <param name="at">The time in the names of backups.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class ReversibleFiles(IReadOnlyList<FileEdit> edits, DateTimeOffset at, IFileLayer? files = null)
{
    /// <summary>The backups, and how the files were written; null before <see cref="Write"/>.</summary>
    public FileTransactionResult? Written { get; private set; }

    /// <summary>The files that an undo could not delete, as a sentence; null for none.</summary>
    public string? Leftovers { get; private set; }

    /// <summary>The edits.</summary>
    public IReadOnlyList<FileEdit> Edits => edits;

    /// <summary>Makes the edits.</summary>
    /// <exception cref="PgSslException">The errors of <see cref="FileTransaction.Apply"/>.</exception>
    public FileTransactionResult Write() => Written = FileTransaction.Apply(edits, at, files);

    /// <summary>Restores the old contents, in the opposite order, and deletes the backups.</summary>
    /// <exception cref="PgSslException">They could not be restored; the message says where they are.</exception>
    public void PutBack()
    {
        try
        {
            FileTransactionResult undone = FileTransaction.Apply(FindBack(), at, files, Written!.Backups);
            Leftovers = FileTransaction.Describe(undone.Leftovers);
        }
        catch (Exception problem) when (problem is PgSslException or IOException or UnauthorizedAccessException)
        {
            string kept = Written!.Backups.Count > 0 ? $" The old contents are in {string.Join(", ", Written.Backups)}." : "";
            throw new PgSslException(
                PgSslError.FileNotRestored, problem.Message + kept, "Restore the files by hand before you go on.", problem);
        }
    }

    private FileEdit[] FindBack()
    {
        var backups = new Queue<string>(Written!.Backups);
        IEnumerable<FileEdit> back = edits.Zip(Written.Old).Select(file => file.First with
        {
            Content = file.First.Expected,
            Expected = file.First.Content,
            MayReplace = true,
            Like = file.Second,
            // A full disk does not prevent it.
            Source = file.Second is null ? null : backups.Dequeue(),
        });
        return [.. back.Reverse()];
    }
}
