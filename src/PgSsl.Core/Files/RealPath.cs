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
    public static string Of(string path)
    {
        int links = 0;
        return Resolve(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), ref links);
    }

    private static string Resolve(string path, ref int links)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        var entry = new FileInfo(Path.Combine(Resolve(parent, ref links), Path.GetFileName(path)));
        if (entry.LinkTarget is null || entry.ResolveLinkTarget(returnFinalTarget: false) is not { } target)
            return entry.FullName;
        return ++links <= MostLinks
            ? Resolve(Path.TrimEndingDirectorySeparator(target.FullName), ref links)
            : throw new IOException($"Too many symbolic links on the way to {path}");
    }
}
