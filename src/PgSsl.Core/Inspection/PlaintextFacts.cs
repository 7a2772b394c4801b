using System.Text.RegularExpressions;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>What a server shows of connections without TLS: who may come so, who does, and how it connects to its own primary.</summary>
/// <param name="Sessions">Its sessions.</param>
internal sealed partial record PlaintextFacts(SessionList Sessions)
{
    // The server's own view of the connection: with libpq's defaults and environment, and with the password masked (libpqwalreceiver.c,
    // libpqrcv_get_conninfo). primary_conninfo has neither.
    private const string Receiver = "SELECT conninfo FROM pg_stat_wal_receiver";

    // While nothing is received. Of the setting, which has the password, only this leaves the server.
    private const string Setting =
        $"""
        SELECT coalesce(
            substring(conninfo from '(?:^|\s)sslmode\s*=\s*''?([a-z-]+)'), CASE WHEN conninfo !~ '(^|\s)service\s*=' THEN 'prefer' END) AS mode
        FROM (SELECT CASE WHEN {VisibleSetting.Condition} THEN nullif(current_setting('primary_conninfo', true), '') END) AS s (conninfo)
        """;

    /// <summary>What of its pg_hba.conf is perhaps not loaded, a sentence each; empty if all of it is, or <see cref="Rules"/> is null.</summary>
    public IReadOnlyList<string> RulesWaiting { get; init; } = [];

    /// <summary>Its pg_hba.conf; null where the role may not see it, or it cannot be read.</summary>
    public HbaDocument? Rules { get; init; }

    /// <summary>The sslmode of its connection to a primary; null where there is none, or the role may not see it.</summary>
    public string? ReceiverSslMode { get; init; }

    /// <summary>Asks the server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="sql">What it says of its settings.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<PlaintextFacts> ReadAsync(LiveServer server, ServerTlsFacts sql, CancellationToken cancellationToken)
    {
        SessionList sessions =
            await SessionReader.ReadAsync(server.Session, server.Session.Host.ToString(), cancellationToken).ConfigureAwait(false);
        HbaDocument? rules =
            sql.HbaFile is { } path ? await ServerHbaFiles.TryReadAsync(server, path, cancellationToken).ConfigureAwait(false) : null;
        IEnumerable<string> files = rules?.Files.Select(file => file.Path).Concat(rules.Directories) ?? [];
        IReadOnlyList<SavedFile> saved = await SavedFile.FindAsync(
            server, files, server.FilesAreHere, sql.ConfigurationLoadTime, cancellationToken).ConfigureAwait(false);
        return new PlaintextFacts(sessions)
        {
            Rules = rules,
            // On Windows each process reads the file as it is (postmaster.c, SubPostmasterMain).
            RulesWaiting = sql.IsWindows ? [] : [.. saved.Where(file => file.State == SavedFileState.Pending).Select(file => file.Detail)],
            ReceiverSslMode = sql.IsStandby ? await ReadReceiverAsync(server.Session, cancellationToken).ConfigureAwait(false) : null,
        };
    }

    /// <summary>The sslmode in what the view shows; null if there is none, or several.</summary>
    /// <remarks>Values are written without quotes, so another one may hold these words as well.</remarks>
    internal static string? SslModeOf(string? conninfo) =>
        SslModes().Matches(conninfo ?? "") is [var only] ? only.Groups["mode"].Value : null;

    private static async Task<string?> ReadReceiverAsync(IServerSession session, CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlRow> receivers = await session.QueryAsync(Receiver, null, cancellationToken).ConfigureAwait(false);
        if (receivers is [var receiver, ..] && receiver["conninfo"] is { } conninfo)
            return SslModeOf(conninfo);
        return (await session.QueryAsync(Setting, null, cancellationToken).ConfigureAwait(false)).Only()["mode"];
    }

    [GeneratedRegex("(?<=^| )sslmode=(?<mode>[a-z-]+)(?= |$)", RegexOptions.ExplicitCapture)]
    private static partial Regex SslModes();
}
