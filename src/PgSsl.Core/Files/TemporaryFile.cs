using System.Security.Cryptography;

namespace PgSsl.Files;

/// <summary>
/// A file beside its target, with a name that nobody else uses, until it is complete and renamed. So an incomplete file never has the name of
/// the target, and a failed file can be deleted safely.
/// </summary>
internal sealed class TemporaryFile(IFileLayer files, string target)
{
    private const string Suffix = ".pgssl-new";
    private const int RandomDigits = 8;

    private readonly string _path = Prefix(target) + RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true) + Suffix;
    private FileIdentity? _identity;
    private string? _destination;

    /// <summary>Whether it was renamed. Even if the rename was reported as failed, its own name is gone then.</summary>
    public bool IsMoved => _destination is not null && files.Read(_path) is null;

    /// <summary>Deletes files that a killed change of the target left behind.</summary>
    public static void ClearRemains(IFileLayer files, string target)
    {
        string prefix = Prefix(target);
        foreach (string path in files.List(Path.GetDirectoryName(target)!).Where(path => IsTemporary(path, prefix)))
            files.Delete(path);
    }

    /// <summary>Writes the file.</summary>
    public void Write(byte[] content, FileProtection protection, FileSnapshot? like) =>
        _identity = files.Create(_path, content, protection, like);

    /// <summary>Renames it to its target.</summary>
    /// <exception cref="IOException">It cannot be renamed, or another file has replaced it.</exception>
    public void MoveTo(string destination, bool replace)
    {
        if (files.Identify(_path) != _identity)
            throw new IOException($"{_path} was replaced by another file in the meantime.");
        // From here on the target may exist, whatever the next line reports.
        _destination = destination;
        files.Move(_path, destination, replace);
    }

    /// <summary>Deletes the file, complete or not, unless it was renamed.</summary>
    public void Discard() => files.Delete(_path);

    private static string Prefix(string target) => Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.");

    private static bool IsTemporary(string path, string prefix) =>
        path.Length == prefix.Length + RandomDigits + Suffix.Length
        && path.StartsWith(prefix, StringComparison.Ordinal)
        && path.EndsWith(Suffix, StringComparison.Ordinal)
        && path.Skip(prefix.Length).Take(RandomDigits).All(char.IsAsciiHexDigitLower);
}
