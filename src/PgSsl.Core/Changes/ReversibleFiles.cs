using PgSsl.Files;

namespace PgSsl.Changes;

/// <summary>Files on their way to another content, and back.</summary>
/// <param name="edits">
/// The edits. <see cref="FileEdit.Expected"/> is what each file holds now, which is what it gets back; null where there is none yet.
/// </param>
/// <param name="at">The time that the names of backups carry.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class ReversibleFiles(IReadOnlyList<FileEdit> edits, DateTimeOffset at, IFileLayer? files = null)
{
    /// <summary>What was left behind; null before <see cref="Write"/>.</summary>
    public FileTransactionResult? Written { get; private set; }

    /// <summary>Makes the edits.</summary>
    /// <exception cref="PgSslException">The errors of <see cref="FileTransaction.Apply"/>.</exception>
    public FileTransactionResult Write() => Written = FileTransaction.Apply(edits, at, files);

    /// <summary>Puts the old contents back, in the opposite order, and drops the backups.</summary>
    /// <exception cref="PgSslException">They could not be put back; says where they are.</exception>
    public void PutBack()
    {
        try
        {
            FileTransactionResult undone = FileTransaction.Apply([.. edits.Reverse().Select(Back)], at, files);
            foreach (string backup in Written!.Backups.Concat(undone.Backups))
                (files ?? DiskFiles.Instance).Delete(backup);
        }
        catch (Exception problem) when (problem is PgSslException or IOException or UnauthorizedAccessException)
        {
            string kept = Written!.Backups.Count > 0 ? $" The old contents are in {string.Join(", ", Written.Backups)}." : "";
            throw new PgSslException(
                PgSslError.FileNotRestored, problem.Message + kept, "Put the files right by hand before you go on.", problem);
        }
    }

    private static FileEdit Back(FileEdit edit) => edit with { Content = edit.Expected, Expected = edit.Content, MayReplace = true };
}
