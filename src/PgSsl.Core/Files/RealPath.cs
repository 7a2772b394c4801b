using PgSsl.Common;

namespace PgSsl.Files;

/// <summary>
/// The canonical path of a file or directory: symbolic links are followed in every part of it, as realpath(3) does, which Windows lacks. Parts
/// that do not exist stay as they are.
/// </summary>
internal static class RealPath
{
    /// <summary>As many links as Linux follows (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>Compares names as the system usually does: macOS and Windows ignore case.</summary>
    public static StringComparer Comparer { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Resolves a path.</summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static string Of(string path) => Of(path, out _);

    /// <summary>Whether two names lead to the same file; false as well where that cannot be found out.</summary>
    public static bool AreSame(string one, string other)
    {
        try
        {
            return one == other || Comparer.Equals(Of(one), Of(other));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Resolves a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="links">The symbolic links on the way, in the order in which they were followed.</param>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static string Of(string path, out IReadOnlyList<string> links)
    {
        var followed = new List<string>();
        links = followed;
        return Resolve(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), followed);
    }

    private static string Resolve(string path, List<string> links)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        var entry = new FileInfo(Path.Combine(Resolve(parent, links), Path.GetFileName(path)));
        if (entry.LinkTarget is not { } said || (OperatingSystem.IsWindows() ? WindowsPath.LinkTarget(said) : said) is not { } target)
            return entry.FullName;
        links.Add(entry.FullName);
        return links.Count <= MostLinks
            ? Resolve(Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, entry.DirectoryName!)), links)
            : throw new IOException($"Too many symbolic links on the way to {path}");
    }
}
