using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>Carries out plans for root files. If somebody else changes the file at the same time, it plans again.</summary>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class RootFileWriter(IFileLayer? files = null)
{
    // Each time somebody else completed a change: so many in a row are not a coincidence.
    private const int MaximumAttempts = 50;

    private readonly IFileLayer _files = files ?? DiskFiles.Open();

    /// <summary>Reads a file for a plan; null where there is none.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileUnreadable"/>.</exception>
    public byte[]? Read(string path)
    {
        if (_files.DirectoryExists(path))
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} is a directory, not a file.", "Name the file itself.");
        try
        {
            return _files.Read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} cannot be read: {exception.Message}",
                "Give this account the right to read the file, or name another file.", exception);
        }
    }

    /// <summary>Plans and writes, again if somebody else changed the file in between.</summary>
    /// <param name="path">The root file.</param>
    /// <param name="plan">Makes the plan for a content. It must be pure.</param>
    /// <param name="further">Further edits of the same change, made after the root file's; asked for each time.</param>
    /// <param name="at">The time in the names of backups.</param>
    /// <returns>The plan that was carried out, and the backups.</returns>
    /// <exception cref="PgSslException">What the plan throws, or <see cref="FileTransaction.Apply"/>.</exception>
    public (RootFilePlan Plan, IReadOnlyList<string> Backups) Apply(
        string path, Func<byte[]?, RootFilePlan> plan, Func<IReadOnlyList<FileEdit>> further, DateTimeOffset at)
    {
        for (int attempt = 1; ; attempt++)
        {
            RootFilePlan current = plan(Read(path));
            var edits = new List<FileEdit>();
            if (!current.IsNoChange)
                edits.Add(current.ToEdit());
            edits.AddRange(further());
            try
            {
                return (current, edits.Count == 0 ? [] : FileTransaction.Apply(edits, at, _files).Backups);
            }
            // FileExists: the file did not exist when the plan was made.
            catch (PgSslException other) when (other.Error is PgSslError.FileChanged or PgSslError.FileExists && attempt < MaximumAttempts)
            {
            }
        }
    }
}
