using System.Security.Cryptography;
using IoPath = System.IO.Path;

namespace PgSsl.Files;

/// <summary>
/// A file beside its target, with a name that nobody else uses, until it is complete and renamed. So an incomplete file never has the name of
/// the target, and a failed file can be deleted safely.
/// </summary>
internal sealed class TemporaryFile(IFileLayer files, string target)
{
    private const string Suffix = ".pgssl-new";
    private const int RandomDigits = 8;

    private string? _destination;

    /// <summary>Its own name.</summary>
    public string Path { get; private init; } = Prefix(target) + RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true) + Suffix;

    /// <summary>Whether it was there before, under a name of its own: it is not deleted.</summary>
    public bool IsAdopted { get; private init; }

    /// <summary>Which file it is; null before it is written, and where the platform has no such numbers.</summary>
    public FileIdentity? Identity { get; private set; }

    /// <summary>Whether it was renamed. Even if the rename was reported as failed, its own name is gone then.</summary>
    public bool IsMoved => _destination is not null && files.Read(Path) is null;

    /// <summary>Whether it still has its own name.</summary>
    public bool IsInPlace => files.Read(Path) is not null && (Identity is null || files.Identify(Path) == Identity);

    /// <summary>A file that has the content already: a backup that goes back into its place, which takes no space.</summary>
    public static TemporaryFile Adopt(IFileLayer files, string path, FileIdentity? identity) =>
        new(files, path) { Path = path, IsAdopted = true, Identity = identity };

    /// <summary>
    /// Deletes what killed changes left behind in a directory, whatever they were about to change: a key in the clear may be among it. It needs the
    /// lock on the directory: otherwise a file may belong to a change that is running.
    /// </summary>
    public static void ClearRemains(IFileLayer files, string directory)
    {
        foreach (string path in files.List(directory).Where(IsTemporary))
            files.DeleteOwn(path);
    }

    /// <summary>Writes the file.</summary>
    public void Write(byte[] content, FileProtection protection, FileSnapshot? like) =>
        Identity = files.Create(Path, content, protection, like);

    /// <summary>Throws if another file has replaced it.</summary>
    /// <exception cref="IOException">It was replaced.</exception>
    public void Check()
    {
        if (files.Identify(Path) != Identity)
            throw new IOException($"{Path} was replaced by another file in the meantime.");
    }

    /// <summary>Renames it to a name that nobody has.</summary>
    /// <exception cref="IOException">It cannot be renamed, or another file has replaced it.</exception>
    public void MoveTo(string destination)
    {
        Check();
        // From here on the target may exist, whatever the next line reports.
        _destination = destination;
        files.Move(Path, destination, replace: false);
    }

    /// <summary>Deletes the file, complete or not, unless it was renamed, or its name belongs to another file by now.</summary>
    /// <param name="leftovers">Gets its name if it cannot be deleted.</param>
    public void Discard(ICollection<string> leftovers)
    {
        if (IsAdopted)
            return;
        if (Identity is null || IsInPlace)
            FileSwap.Discard(files, Path, leftovers);
        else if (files.Read(Path) is not null)
            leftovers.Add(Path);
    }

    private static string Prefix(string target) => IoPath.Combine(IoPath.GetDirectoryName(target)!, $".{IoPath.GetFileName(target)}.");

    private static bool IsTemporary(string path)
    {
        string name = IoPath.GetFileName(path);
        int digits = name.Length - Suffix.Length - RandomDigits;
        return digits > ".x".Length && name[0] == '.' && name[digits - 1] == '.' && name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.Skip(digits).Take(RandomDigits).All(char.IsAsciiHexDigitLower);
    }
}
