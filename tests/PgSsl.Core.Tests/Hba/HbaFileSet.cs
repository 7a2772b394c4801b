using System.Globalization;
using System.Text;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>pg_hba.conf and what lies beside it. Texts have a character for each byte.</summary>
/// <param name="Main">The text of pg_hba.conf.</param>
/// <param name="Others">Other files, by their paths from its directory; null for a directory.</param>
internal sealed record HbaFileSet(string Main, IReadOnlyDictionary<string, string?> Others)
{
    /// <summary>Where all other files lie.</summary>
    public const string SideDirectory = "side";

    public static readonly HbaDialect Newest = new();

    /// <summary>Only pg_hba.conf.</summary>
    public HbaFileSet(string main) : this(main, new Dictionary<string, string?>())
    {
    }

    /// <summary>Reads it as if it lay in a directory called /data.</summary>
    public HbaDocument Read(HbaDialect? dialect = null) => HbaDocument.Read(MemoryHbaFiles.MainPath, dialect ?? Newest, new MemoryHbaFiles(this));

    /// <summary>Puts it into a directory, in place of the one that was there.</summary>
    public void WriteTo(string directory)
    {
        File.WriteAllBytes(Path.Combine(directory, "pg_hba.conf"), Bytes(Main));
        string side = Path.Combine(directory, SideDirectory);
        if (Directory.Exists(side))
            Directory.Delete(side, recursive: true);
        foreach ((string name, string? text) in Others)
        {
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(text is null ? path : Path.GetDirectoryName(path)!);
            if (text is not null)
                File.WriteAllBytes(path, Bytes(text));
        }
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>As a C# programmer would write it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Escape("pg_hba.conf", Main));
        foreach ((string name, string? content) in Others)
            text.Append(Escape(name, content));
        return text.ToString();
    }

    private static string Escape(string name, string? content)
    {
        var text = new StringBuilder(name).Append(content is null ? ": a directory\n" : ": ");
        if (content is null)
            return text.ToString();
        foreach (char c in content)
            _ = c switch
            {
                '\n' => text.Append("\\n\n    "),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\\' => text.Append(@"\\"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}"),
                _ => text.Append(c),
            };
        return text.Append("<end>\n").ToString();
    }
}

/// <summary>A file set that lies in no directory.</summary>
internal sealed class MemoryHbaFiles(HbaFileSet set) : IServerFiles
{
    public const string MainPath = "/data/pg_hba.conf";

    public FileContent Read(string path)
    {
        if (path == MainPath)
            return FileContent.Of(HbaFileSet.Bytes(set.Main));
        string name = path.StartsWith("/data/", StringComparison.Ordinal) ? path["/data/".Length..] : path;
        if (set.Others.TryGetValue(name, out string? text))
            return FileContent.Of(text is null ? [] : HbaFileSet.Bytes(text));
        return IsDirectory(name) ? FileContent.Of([]) : FileContent.Missing;
    }

    public IReadOnlyList<string> List(string directory, out string? error)
    {
        string name = directory.StartsWith("/data/", StringComparison.Ordinal) ? directory["/data/".Length..] : directory;
        error = IsDirectory(name) ? null : "No such file or directory";
        return
        [
            .. set.Others.Where(other => other.Value is not null && Path.GetDirectoryName(other.Key) == name)
                .Select(other => Path.GetFileName(other.Key)).Where(ServerPath.IsConfigurationFile).Order(StringComparer.Ordinal)
                .Select(file => $"{directory}/{file}"),
        ];
    }

    private bool IsDirectory(string name) =>
        set.Others.ContainsKey(name) ? set.Others[name] is null : set.Others.Keys.Any(key => key.StartsWith(name + "/", StringComparison.Ordinal));
}
