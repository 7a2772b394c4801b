using System.Text;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server.Configuration;

namespace PgSsl.Tests.Server.Configuration;

/// <summary>postgresql.conf and what lies beside it. Texts have a character for each byte; null is a directory.</summary>
/// <param name="Files">The texts, by their paths from the data directory.</param>
internal sealed record ConfigurationFileSet(IReadOnlyDictionary<string, string?> Files)
{
    public const string Main = "postgresql.conf";
    public const string Auto = ConfigurationDocument.AutoFileName;
    public const string SideDirectory = "side";

    /// <summary>Puts it into a data directory, in place of the one that was there.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="before">What postgresql.conf begins with there: a server does not come without its own settings.</param>
    public void WriteTo(string directory, string before)
    {
        string side = Path.Combine(directory, SideDirectory);
        if (Directory.Exists(side))
            Directory.Delete(side, recursive: true);
        File.Delete(Path.Combine(directory, Auto));
        foreach ((string name, string? text) in Files)
        {
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(text is null ? path : Path.GetDirectoryName(path)!);
            if (text is not null)
                File.WriteAllBytes(path, Encoding.Latin1.GetBytes(name == Main ? before + text : text));
        }
    }

    public string Text => string.Join('\n', Files.Select(file => $"{file.Key}: {(file.Value is null ? "a directory" : Escape(file.Value))}"));

    private static string Escape(string text) => string.Concat(text.Select(c => c switch
    {
        '\n' => "\\n\n    ",
        '\\' => @"\\",
        < ' ' or > '~' => $"\\x{(int)c:X2}",
        _ => c.ToString(),
    }));
}

/// <summary>A file set that lies in no directory, read as if it were in /data.</summary>
internal sealed class MemoryFiles(IReadOnlyDictionary<string, byte[]?> files) : IServerFiles
{
    public const string Main = $"/data/{ConfigurationFileSet.Main}";

    public MemoryFiles(ConfigurationFileSet set)
        : this(set.Files.ToDictionary(file => $"/data/{file.Key}", file => file.Value is { } text ? Encoding.Latin1.GetBytes(text) : null))
    {
    }

    public MemoryFiles(params IReadOnlyList<(string Path, string Text)> files)
        : this(files.ToDictionary(file => file.Path, file => (byte[]?)Encoding.UTF8.GetBytes(file.Text)))
    {
    }

    public FileContent Read(string path) =>
        files.TryGetValue(path, out byte[]? content) && content is not null ? FileContent.Of(content)
        : IsDirectory(path) ? FileContent.Of([]) with { IsDirectory = true }
        : FileContent.Missing;

    public IReadOnlyList<string> List(string directory, out string? error)
    {
        error = IsDirectory(directory) ? null : "No such file or directory";
        return
        [
            .. files.Where(file => file.Value is not null && Path.GetDirectoryName(file.Key) == directory).Select(file => file.Key)
                .Where(path => ServerPath.IsConfigurationFile(Path.GetFileName(path))).Order(StringComparer.Ordinal),
        ];
    }

    private bool IsDirectory(string path) =>
        files.TryGetValue(path, out byte[]? content)
            ? content is null
            : files.Keys.Any(key => key.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));
}
