using System.Text;
using PgSsl.Files;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>Files that are nowhere but here, below /etc.</summary>
internal sealed class WrittenFiles : IServerFiles
{
    public const string Main = "/etc/pg_hba.conf";

    private readonly Dictionary<string, byte[]> _files;

    public WrittenFiles(params IReadOnlyList<(string Path, string Text)> files) =>
        _files = files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text));

    public static HbaDocument Read(string text, int major = 18) => Read(new WrittenFiles((Main, text)), major);

    public static HbaDocument Read(WrittenFiles files, int major = 18, bool? sslIsOn = null) =>
        HbaDocument.Read(Main, new HbaDialect { Major = major, SslIsOn = sslIsOn }, files);

    public FileContent Read(string path) => _files.TryGetValue(path, out byte[]? content) ? FileContent.Of(content) : FileContent.Missing;

    public IReadOnlyList<string> List(string directory, out string? error)
    {
        error = null;
        return [.. _files.Keys.Where(path => path.StartsWith(directory + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
