using System.Security.Cryptography;

namespace PgSsl.Files;

/// <summary>
/// A file beside its target under a name that nobody else uses, until it is complete and renamed. Half a file never has the name that
/// it is for, and a failed one can be deleted without fear that it is somebody else's.
/// </summary>
internal sealed class TemporaryFile(IFileLayer files, string target)
{
    private const string Suffix = ".pgssl-new";
    private const int RandomDigits = 8;

    private readonly string _path = Prefix(target) + RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true) + Suffix;
    private FileIdentity? _identity;
    private string? _destination;

    /// <summary>Whether it has been renamed: also where that was reported as failed, its own name is gone then.</summary>
    public bool IsMoved => _destination is not null && files.Read(_path) is null;

    /// <summary>Deletes what a killed change of this file left behind.</summary>
    public static void ClearRemains(IFileLayer files, string target)
    {
        string prefix = Prefix(target);
        foreach (string path in files.List(Path.GetDirectoryName(target)!).Where(path => IsTemporary(path, prefix)))
            files.Delete(path);
    }

    /// <summary>Writes it.</summary>
    public void Write(byte[] content, FileProtection protection, FileSnapshot? like) =>
        _identity = files.Create(_path, content, protection, like);

    /// <summary>Gives it its name.</summary>
    /// <exception cref="IOException">It cannot be renamed, or somebody has put another file in its place.</exception>
    public void MoveTo(string destination, bool replace)
    {
        if (files.Identify(_path) != _identity)
            throw new IOException($"Somebody has put another file in the place of {_path}.");
        // From here on it may be there, whatever the next line reports.
        _destination = destination;
        files.Move(_path, destination, replace);
    }

    /// <summary>Deletes it, or half of it, unless it is renamed.</summary>
    public void Discard() => files.Delete(_path);

    private static string Prefix(string target) => Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.");

    private static bool IsTemporary(string path, string prefix) =>
        path.Length == prefix.Length + RandomDigits + Suffix.Length
        && path.StartsWith(prefix, StringComparison.Ordinal)
        && path.EndsWith(Suffix, StringComparison.Ordinal)
        && path.Skip(prefix.Length).Take(RandomDigits).All(char.IsAsciiHexDigitLower);
}
