using System.Text;

namespace PgSsl.Common;

/// <summary>
/// The paths of included files. They are paths of the server, which may run on another system: so a path that starts with a slash is always
/// joined as on Unix.
/// </summary>
internal static class ServerPath
{
    private const int ShortestName = 6;

    /// <summary>A file that another file names (conffiles.c, AbsoluteConfigLocation): relative to the directory of that file.</summary>
    public static string Resolve(string location, string namedIn)
    {
        if (IsAbsolute(location))
            return location;
        int slash = namedIn.LastIndexOfAny(['/', '\\']);
        return Join(slash < 0 ? "." : namedIn[..Math.Max(slash, 1)], location);
    }

    /// <summary>A name in a directory, without detours (path.c, join_path_components and canonicalize_path).</summary>
    public static string Join(string directory, string name)
    {
        if (!directory.StartsWith('/'))
            return Path.GetFullPath(name, Path.GetFullPath(directory));
        var parts = new List<string>();
        foreach (string part in $"{directory}/{name}".Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }
        return $"/{string.Join('/', parts)}";
    }

    /// <summary>Whether include_dir includes a file of that name.</summary>
    public static bool IsConfigurationFile(string name) =>
        name.Length >= ShortestName && !name.StartsWith('.') && name.EndsWith(".conf", StringComparison.Ordinal);

    /// <summary>strcmp.</summary>
    public static int CompareBytes(string one, string other) =>
        Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));

    private static bool IsAbsolute(string path) =>
        path.StartsWith('/') || (path.Length > 2 && path[1] == ':' && path[2] is '/' or '\\') || path.StartsWith(@"\\", StringComparison.Ordinal);
}
