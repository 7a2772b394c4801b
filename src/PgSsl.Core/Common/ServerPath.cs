using System.Text;

namespace PgSsl.Common;

/// <summary>
/// The paths of included files. They are paths of the server, which may run on another system. So the path of the file that names them shows how
/// they are joined: one that begins with a slash as on Unix, and one with a drive or a share as on Windows. There the server writes slashes itself
/// (path.c, canonicalize_path).
/// </summary>
internal static class ServerPath
{
    private const int ShortestName = 6;

    /// <summary>A file that another file names (conffiles.c, AbsoluteConfigLocation): relative to the directory of that file.</summary>
    public static string Resolve(string location, string namedIn)
    {
        bool isUnix = IsUnix(namedIn);
        if (isUnix ? location.StartsWith('/') : IsAbsolute(location))
            return location;
        // On Unix a backslash is a letter like others.
        int slash = isUnix ? namedIn.LastIndexOf('/') : namedIn.LastIndexOfAny(['/', '\\']);
        return Join(slash < 0 ? "." : namedIn[..Math.Max(slash, 1)], location);
    }

    /// <summary>A name in a directory, without detours (path.c, join_path_components and canonicalize_path).</summary>
    public static string Join(string directory, string name)
    {
        if (IsUnix(directory))
            return $"/{Canonical($"{directory}/{name}", 0)}";
        // A drive stays, and so do a share and its server.
        if (WindowsPath.IsAbsolute(directory))
            return directory[1] == ':'
                ? Canonical($"{directory}/{name}".Replace('\\', '/'), 1)
                : $"//{Canonical($"{directory}/{name}".Replace('\\', '/'), 2)}";
        return Path.GetFullPath(name, Path.GetFullPath(directory));
    }

    /// <summary>Whether include_dir includes a file of that name.</summary>
    public static bool IsConfigurationFile(string name) =>
        name.Length >= ShortestName && !name.StartsWith('.') && name.EndsWith(".conf", StringComparison.Ordinal);

    /// <summary>strcmp.</summary>
    public static int CompareBytes(string one, string other) =>
        Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));

    private static bool IsUnix(string path) => path.StartsWith('/') && !WindowsPath.IsAbsolute(path);

    // port.h, is_absolute_path of Windows
    private static bool IsAbsolute(string path) => path.StartsWith('/') || path.StartsWith('\\') || WindowsPath.IsAbsolute(path);

    private static string Canonical(string path, int root)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > root)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
