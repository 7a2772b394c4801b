using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>Carries out plans for root files, also when somebody else changes the file at the same time: then it is planned anew.</summary>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class RootFileWriter(IFileLayer? files = null)
{
    // Each time another change was completed: so many in a row are no coincidence.
    private const int MaximumAttempts = 50;

    private readonly IFileLayer _files = files ?? DiskFiles.Instance;

    /// <summary>Reads a file as a plan wants it: null where there is none.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileUnreadable"/>.</exception>
    public byte[]? Read(string path)
    {
        if (_files.DirectoryExists(path))
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} is a directory; expected is a file.", "Name the file itself.");
        try
        {
            return _files.Read(_files.FollowLinks(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} cannot be read: {exception.Message}",
                "Give this account the right to read the file, or name another one.", exception);
        }
    }

    /// <summary>Plans and writes, again if need be, until nobody came in between.</summary>
    /// <param name="path">The root file.</param>
    /// <param name="plan">Makes the plan for the content it is given; pure.</param>
    /// <param name="further">Further edits of the same change, made after the root file's; read anew each time.</param>
    /// <param name="at">The time that the names of backups carry.</param>
    /// <returns>The plan that was carried out, and the backups made.</returns>
    /// <exception cref="PgSslException">What the plan throws, or <see cref="FileTransaction.Apply"/>.</exception>
    public (RootFilePlan Plan, IReadOnlyList<string> Backups) Apply(
        string path, Func<byte[]?, RootFilePlan> plan, Func<IReadOnlyList<FileEdit>> further, DateTimeOffset at)
    {
        for (int attempt = 1; ; attempt++)
        {
            RootFilePlan current = plan(Read(path));
            FileEdit[] edits = [.. current.IsNoChange ? [] : new[] { current.ToEdit() }, .. further()];
            try
            {
                return (current, edits.Length == 0 ? [] : FileTransaction.Apply(edits, at, _files).Backups);
            }
            // A file that was not there when the plan was made exists now.
            catch (PgSslException other) when (other.Error is PgSslError.FileChanged or PgSslError.FileExists && attempt < MaximumAttempts)
            {
            }
        }
    }
}
