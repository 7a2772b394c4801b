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
    private const string PassphraseFailure = "ssl_passphrase_command failed";
    private const int MostReasons = 3;

    // be-secure-openssl.c, be-secure-common.c. The lines between may be others' statements with their passwords, and this is shown.
    private static readonly string[] Reasons =
    [
        "could not create SSL context", "could not load server certificate file", "could not load private key file", "private key file",
        "could not access private key file", "could not load root certificate file", "could not load SSL certificate revocation list",
        "could not load DH parameters file", "could not open DH parameters file", "could not set ", "check of private key failed",
        "invalid DH parameters", "DH: ", "ECDH: ", "failed to set group names", "\"ssl_",
    ];

    // They hold the command, and the command may hold the passphrase (be-secure-common.c, run_ssl_passphrase_command).
    private static readonly string[] PassphraseFailures = ["command \"", "could not execute command ", "could not read from command "];

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
    /// <param name="reloadAgain">Has it load them a second time.</param>
    /// <param name="timeout">How long to wait for messages that are on their way into the file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reasons that it gave, empty if it loaded them; null where that cannot be told.</returns>
    public async Task<IReadOnlyList<string>?> ReadRefusalAsync(Func<Task> reloadAgain, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // All messages reach the file through one pipe: once this one is there, so are those before it (syslogger.c).
        string mark = $"PgSsl {Guid.NewGuid():N}";
        if (await TryAsync(_session, $"DO $do$ BEGIN RAISE LOG '{mark}'; END $do$", null, cancellationToken).ConfigureAwait(false) is null)
            return null;
        string? log = await WaitAsync(text => text.Contains(mark, StringComparison.Ordinal)).ConfigureAwait(false);
        if (log is null || FindReasons(log) is { Count: > 0 })
            return log is null ? null : FindReasons(log);
        // The reload may have loaded another language, or another level, for the very next message. Only if the log then shows one more
        // reload in the same words, would it have shown a refusal: the postmaster does one thing after the other.
        try
        {
            await reloadAgain().ConfigureAwait(false);
        }
        catch (PgSslException)
        {
            return null;
        }
        log = await WaitAsync(text => HasReloadBehind(text, mark)).ConfigureAwait(false);
        return log is null ? null : FindReasons(log);

        async Task<string?> WaitAsync(Func<string, bool> isComplete)
        {
            string? text = await Poll.UntilAsync(
                timeout, () => ReadAsync(cancellationToken), text => text is null || isComplete(text), cancellationToken).ConfigureAwait(false);
            return text is not null && isComplete(text) ? text : null;
        }
    }

    /// <summary>Whether the log has two reloads, and one of them behind a line.</summary>
    internal static bool HasReloadBehind(string text, string mark)
    {
        int last = text.LastIndexOf(Start, StringComparison.Ordinal);
        return last > text.IndexOf(mark, StringComparison.Ordinal) && text.IndexOf(Start, StringComparison.Ordinal) < last;
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
        string[] reasons = [.. lines.Select(Message).Select(Known).OfType<string>().Distinct()];
        return reasons.Length == 0 ? [Refusal] : [.. reasons.TakeLast(MostReasons)];
    }

    private static string? Known(string message) =>
        Array.Exists(Reasons, reason => message.StartsWith(reason, StringComparison.Ordinal)) ? message
        : Array.Exists(PassphraseFailures, reason => message.StartsWith(reason, StringComparison.Ordinal)) ? PassphraseFailure : null;

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
        // Also without a session: then the log tells nothing, and what needs the session says that it is gone.
        catch (PgSslException)
        {
            return null;
        }
    }
}
