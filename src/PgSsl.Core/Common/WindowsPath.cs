namespace PgSsl.Common;

/// <summary>Paths as Windows writes them, as text: a server on Windows says <c>C:/data</c>, and PowerShell <c>C:\data</c>.</summary>
internal static class WindowsPath
{
    // "\\?\C:\data" and "\\?\UNC\server\share" are the long forms of names.
    private const string Long = @"\\?\";
    private const string LongShare = @"\\?\UNC\";
    private const string Share = @"UNC\";

    /// <summary>Whether a path begins with a drive, or names a share: no other system has such absolute paths.</summary>
    public static bool IsAbsolute(string path) =>
        (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '/' or '\\')
        || path.StartsWith(@"\\", StringComparison.Ordinal)
        || (path.StartsWith("//", StringComparison.Ordinal) && path.Length > 2 && path[2] != '/');

    /// <summary>Whether two absolute paths are one, as text: links are not followed.</summary>
    public static bool AreSame(string one, string other) => string.Equals(Normal(one), Normal(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>A path with backslashes, without a slash at its end and without detours.</summary>
    public static string Normal(string path)
    {
        path = path.Replace('/', '\\');
        path = path.StartsWith(LongShare, StringComparison.OrdinalIgnoreCase) ? $@"\\{path[LongShare.Length..]}"
            : path.StartsWith(Long, StringComparison.Ordinal) ? path[Long.Length..] : path;
        string root = path.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\" : path.StartsWith('\\') ? @"\" : "";
        var parts = new List<string>();
        foreach (string part in path.Split('\\', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 1)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }
        return root + string.Join('\\', parts);
    }

    /// <summary>
    /// Where a link leads to, of what .NET says: it cuts "\??\" off, so a share begins with "UNC\"; and of a volume that is mounted in a folder it
    /// says "Volume{…}", which is not a path. Such a folder is taken as it is.
    /// </summary>
    /// <returns>Null for a mounted volume.</returns>
    public static string? LinkTarget(string said) => said.StartsWith("Volume{", StringComparison.OrdinalIgnoreCase) ? null
        : said.StartsWith(Share, StringComparison.OrdinalIgnoreCase) ? $@"\\{said[Share.Length..]}" : said;

    /// <summary>A name that functions of Windows take even if it is long (MAX_PATH).</summary>
    public static string Extended(string path) => path.Length < 248 || path.StartsWith(Long, StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? LongShare + path[2..] : Long + path;
}
