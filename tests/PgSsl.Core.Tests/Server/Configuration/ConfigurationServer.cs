using System.Text;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Server.Configuration;

namespace PgSsl.Tests.Server.Configuration;

/// <summary>
/// What a real server makes of file sets. They are laid into its data directory, and never loaded: pg_file_settings reads the files as
/// they are. Its own settings lie in a file that each set includes first.
/// </summary>
internal sealed class ConfigurationServer : IAsyncDisposable
{
    public const string Collection = "postgresql.conf of servers";

    private const string Base = "base.conf";

    private readonly PostgresCluster _cluster;
    private readonly SqlConversation _conversation;

    private ConfigurationServer(PostgresCluster cluster, SqlConversation conversation) => (_cluster, _conversation) = (cluster, conversation);

    public static async Task<ConfigurationServer> OpenAsync(int major)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(major, "configuration", PrepareAsync)).OrSkip(Assert.Skip);
        return new ConfigurationServer(cluster, await cluster.ConnectAsync(Encoding.Latin1));
    }

    public void Put(ConfigurationFileSet files) => files.WriteTo(_cluster.DataDirectory, $"include '{Base}'\n");

    /// <summary>The rows of pg_file_settings for the files that were put there last.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync() =>
    [
        .. (await _conversation.QueryAsync(
            "SELECT sourcefile, sourceline, name, setting, applied, error FROM pg_file_settings " +
            $"WHERE sourcefile NOT LIKE '%/{Base}' ORDER BY seqno"))
            .Select(row => Row(row[0], row[1], Decode(row[2]), Decode(row[3]), row[4] == "t", Decode(row[5]))),
    ];

    /// <summary>What we say to the same files, as the view would show it: it gives a file up at the first syntax error (DEBUG3).</summary>
    public IReadOnlyList<string> Ours()
    {
        ConfigurationDocument document = Read();
        bool isGood = document.Problems.All(problem => problem.Name is not null);
        ConfigurationEntry[] entries = [.. document.Entries];
        return
        [
            .. entries.Select((entry, i) => (Entry: entry, IsReplaced: entries.Skip(i + 1).Any(later => later.Name == entry.Name)))
                .Where(one => !one.Entry.Path!.EndsWith($"/{Base}", StringComparison.Ordinal))
                .Select(one => Row(
                    one.Entry.Path,
                    $"{one.Entry.Line}",
                    one.Entry.Name,
                    one.Entry.Value,
                    isGood && one.Entry.Error is null && !one.IsReplaced,
                    one.Entry.Error)),
        ];
    }

    /// <summary>Parameters that nobody knows are the server's to know, and not in any file.</summary>
    public bool IsForeseeable => Read().Entries.All(entry =>
        entry.Name is not { } name || name.Contains('.') || entry.Path!.EndsWith($"/{Base}", StringComparison.Ordinal)
        || ConfigurationGenerator.Names.Contains(name, StringComparer.OrdinalIgnoreCase));

    public ValueTask DisposeAsync() => _conversation.DisposeAsync();

    private ConfigurationDocument Read() => ConfigurationDocument.Read(
        Path.Combine(_cluster.DataDirectory, ConfigurationFileSet.Main), _cluster.DataDirectory, DiskServerFiles.Instance, mostErrors: 1);

    private static Task PrepareAsync(PostgresCluster cluster)
    {
        File.Copy(Path.Combine(cluster.DataDirectory, ConfigurationFileSet.Main), Path.Combine(cluster.DataDirectory, Base));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                Path.Combine(cluster.DataDirectory, Base),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return Task.CompletedTask;
    }

    private static string? Decode(string? bytes) => bytes is null ? null : ServerText.Decode(Encoding.Latin1.GetBytes(bytes));

    // A custom parameter that a session has met once is applied otherwise from then on (guc.c, placeholders).
    private static string Row(string? file, string? line, string? name, string? value, bool isApplied, string? error) =>
        $"{Path.GetFileName(file)}:{line} {name ?? "-"} = {(value is null ? "-" : $"[{value}]")}"
        + $"{(name?.Contains('.') == true ? "" : isApplied ? " applied" : " not applied")}{(error is null ? "" : $" ({error})")}";
}
