using System.Text;
using PgSsl.Common;
using PgSsl.Server;
using PgSsl.Wire;

namespace PgSsl.Switching;

/// <summary>
/// What a server writes into its log from a moment on, read through SQL. Only there it says why it did not load certificate or key
/// (postmaster.c, process_pm_reload_request: "SSL configuration was not reloaded").
/// </summary>
internal sealed class ServerLog
{
    private const string Refusal = "SSL configuration was not reloaded";
    private const string Start = "received SIGHUP, reloading configuration files";
    private const int MostReasons = 3;

    private readonly IServerSession _session;
    private readonly string _path;
    private readonly long _offset;

    private ServerLog(IServerSession session, string path, long offset) => (_session, _path, _offset) = (session, path, offset);

    /// <summary>Remembers where the log ends now; null where the server has no log that the role may read.</summary>
    public static async Task<ServerLog?> OpenAsync(IServerSession session, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            SELECT path, (pg_stat_file(path, true)).size AS size FROM pg_current_logfile('stderr') AS path WHERE path IS NOT NULL
            """;
        IReadOnlyList<SqlRow>? rows = await TryAsync(session, Sql, null, cancellationToken).ConfigureAwait(false);
        return rows is [var row] && row.GetInt64("size") is { } size ? new ServerLog(session, row.Required("path"), size) : null;
    }

    /// <summary>Whether the server said that it did not load its files for TLS.</summary>
    /// <param name="timeout">How long to wait for messages that are on their way into the file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reasons that it gave, empty if it loaded them; null where that cannot be told.</returns>
    public async Task<IReadOnlyList<string>?> ReadRefusalAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        // All messages reach the file through one pipe: once this one is there, so are those before it (syslogger.c).
        string mark = $"PgSsl {Guid.NewGuid():N}";
        if (await TryAsync(_session, $"DO $do$ BEGIN RAISE LOG '{mark}'; END $do$", null, cancellationToken).ConfigureAwait(false) is null)
            return null;
        bool IsComplete(string? text) => text?.Contains(mark, StringComparison.Ordinal) == true;
        string? log = await Poll.UntilAsync(
            timeout, () => ReadAsync(cancellationToken), text => text is null || IsComplete(text), cancellationToken).ConfigureAwait(false);
        return IsComplete(log) ? FindReasons(log!) : null;
    }

    /// <summary>Whether the server's messages are in English, as far as its files tell (lc_messages).</summary>
    public static async Task<bool> IsEnglishAsync(IServerSession session, CancellationToken cancellationToken)
    {
        // Its own value, and not that of this session, which has another one.
        const string Sql =
            "SELECT setting FROM pg_file_settings WHERE name = 'lc_messages' AND error IS NULL ORDER BY seqno DESC LIMIT 1";
        IReadOnlyList<SqlRow>? rows = await TryAsync(session, Sql, null, cancellationToken).ConfigureAwait(false);
        return rows is [var row] && row["setting"] is { } language
            && (language is "C" or "POSIX" || language.StartsWith("C.", StringComparison.Ordinal)
                || language.StartsWith("en", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What the reload said before it refused; empty if it did not. Null where the log has no reload in words that are known.</summary>
    internal static IReadOnlyList<string>? FindReasons(string text)
    {
        int start = text.LastIndexOf(Start, StringComparison.Ordinal);
        int end = text.LastIndexOf(Refusal, StringComparison.Ordinal);
        // Any refusal since the change counts: whoever writes into the log can add lines, but not remove one.
        if (end < 0)
            return start < 0 ? null : [];
        start = text.LastIndexOf(Start, end, StringComparison.Ordinal);
        string[] lines = [.. text[Math.Max(start, 0)..end].Split('\n').Skip(start < 0 ? 0 : 1).SkipLast(1)];
        string[] reasons =
            [.. lines.Where(line => !line.Contains(" changed to ", StringComparison.Ordinal)).Select(Message).Where(line => line.Length > 0)];
        return reasons.Length == 0 ? [Refusal] : [.. reasons.TakeLast(MostReasons)];
    }

    // The text after log_line_prefix and the severity, which is followed by two blanks (elog.c, send_message_to_server_log).
    private static string Message(string line)
    {
        int colon = line.IndexOf(":  ", StringComparison.Ordinal);
        return WireText.Shorten((colon < 0 ? line : line[(colon + 3)..]).Trim());
    }

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        const string Sql = "SELECT encode(pg_read_binary_file($1, $2::bigint, 1048576, true), 'base64') AS content";
        IReadOnlyList<SqlRow>? rows = await TryAsync(_session, Sql, [_path, _offset], cancellationToken).ConfigureAwait(false);
        return rows is [var row] && row.GetBase64("content") is { } content ? Encoding.UTF8.GetString(content) : null;
    }

    private static async Task<IReadOnlyList<SqlRow>?> TryAsync(
        IServerSession session, string sql, IReadOnlyList<object?>? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await session.QueryAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }
}
