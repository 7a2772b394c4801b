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

    /// <summary>Its pg_hba.conf; null where the role may not see it, or it cannot be read.</summary>
    public HbaDocument? Rules { get; init; }

    /// <summary>The sslmode of its connection to a primary; null where there is none, or the role may not see it.</summary>
    public string? ReceiverSslMode { get; init; }

    /// <summary>Asks the server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="sql">What it says of its settings.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<PlaintextFacts> ReadAsync(LiveServer server, ServerTlsFacts sql, CancellationToken cancellationToken) =>
        new(await SessionReader.ReadAsync(server.Session, server.Session.Host.ToString(), cancellationToken).ConfigureAwait(false))
        {
            Rules = sql.HbaFile is { } path ? await ServerHbaFiles.TryReadAsync(server, path, cancellationToken).ConfigureAwait(false) : null,
            ReceiverSslMode = sql.IsStandby
                ? await ReadReceiverAsync(server.Session, cancellationToken).ConfigureAwait(false) : null,
        };

    /// <summary>The sslmode in what the view shows; null if there is none, or several.</summary>
    /// <remarks>Values are written without quotes, so another one may hold these words as well.</remarks>
    internal static string? SslModeOf(string? conninfo) =>
        SslModes().Matches(conninfo ?? "") is [var only] ? only.Groups["mode"].Value : null;

    private static async Task<string?> ReadReceiverAsync(IServerSession session, CancellationToken cancellationToken) =>
        await session.QueryAsync(Receiver, null, cancellationToken).ConfigureAwait(false) is [var row, ..] ? SslModeOf(row["conninfo"]) : null;

    [GeneratedRegex("(?<=^| )sslmode=(?<mode>[a-z-]+)(?= |$)", RegexOptions.ExplicitCapture)]
    private static partial Regex SslModes();
}
