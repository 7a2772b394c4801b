using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Wire;

namespace PgSsl.Hba.Live;

/// <summary>A server whose pg_hba.conf is to change.</summary>
/// <param name="Session">The session.</param>
/// <param name="Facts">What the server told in it.</param>
/// <param name="Settings">What libpq would connect with.</param>
/// <param name="Timeout">For one connection in all.</param>
internal sealed record HbaLive(IServerSession Session, HbaServerFacts Facts, ConnectionSettings Settings, TimeSpan Timeout)
    : LiveServer(Session, Settings, Timeout, Facts.ClientAddress)
{
    private const string RejectedByHba = "28000";

    // config_file_error: client certificates are asked for, and the server could not load a CA (auth.c, ClientAuthentication).
    private const string NoClientCa = "F0000";

    /// <summary>What decides matches besides the file: this machine's addresses are the server's where it is here.</summary>
    public HbaMatchContext Surroundings => Facts.SurroundingsOn(IsLocal ? LocalMatchContext.Find(usesDns: false) : HbaMatchContext.Unknown);

    /// <summary>Whether the server lets somebody begin to authenticate; null where it says neither.</summary>
    /// <param name="way">The way to the server.</param>
    /// <param name="user">The role to name.</param>
    /// <param name="database">The database to name.</param>
    /// <param name="transport">TLS, without a client certificate, or plaintext.</param>
    /// <param name="cancellationToken">Ends the connection at once.</param>
    /// <returns>The answer, and what was seen, in words.</returns>
    public async Task<(bool? IsLetIn, string Seen)> TryAsync(
        ServerRoute way, string user, string database, HbaTransport transport, CancellationToken cancellationToken)
    {
        ProbeRequest request = transport == HbaTransport.Tls
            ? ProbeRequest.ForTls(Settings, way.Host, Timeout)
            : new ProbeRequest(way.Host, Probing.Transport.Plaintext, Timeout);
        ConnectionFacts facts =
            await ServerProbe.ConnectAsync(request with { UserName = user, Database = database }, cancellationToken).ConfigureAwait(false);
        return facts.Answer switch
        {
            StartupAnswer.Admitted admitted => (true, $"the server asks for authentication by {admitted.Method}"),
            StartupAnswer.Refused { SqlState: RejectedByHba or NoClientCa } refused => (false, refused.Message),
            // Past pg_hba.conf, and stopped by something else: no such database, a password that is due.
            StartupAnswer.Refused { SqlState: ['3', 'D', ..] or ['2', '8', 'P', ..] or ['4', '2', ..] } refused => (true, refused.Message),
            StartupAnswer.Refused refused => (null, $"{refused.Message} (SQLSTATE {refused.SqlState})"),
            _ => (null, facts.Failure?.Message ?? "no answer"),
        };
    }

    /// <summary>The rules that the server reads out of its files now (pg_hba_file_rules). They need not be those it goes by.</summary>
    public async Task<IReadOnlyList<ServerRule>> ReadRulesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlRow> rows = await Session.QueryAsync(
            "SELECT line_number AS line, type FROM pg_hba_file_rules", null, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new ServerRule(row.GetInt32("line")!.Value, row["type"]))];
    }
}
