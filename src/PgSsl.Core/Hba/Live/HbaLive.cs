using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Wire;

namespace PgSsl.Hba.Live;

/// <summary>A server whose pg_hba.conf will be changed.</summary>
internal sealed record HbaLive : LiveServer
{
    /// <summary>Adds to a server what it told of its rules.</summary>
    /// <param name="server">The server.</param>
    /// <param name="facts">What it told.</param>
    public HbaLive(LiveServer server, HbaServerFacts facts)
        : base(server) => Facts = facts;

    /// <summary>What the server told in the session.</summary>
    public HbaServerFacts Facts { get; }

    private const string InvalidAuthorization = "28000";

    // config_file_error: client certificates are demanded, and the server could not load a CA (auth.c, ClientAuthentication).
    private const string NoClientCa = "F0000";

    // What no rule lets in is refused in this function, and what fails to authenticate in others: auth_failed, InitializeSessionUserId.
    private const string RefusalRoutine = "ClientAuthentication";

    /// <summary>What decides besides the file. A server on this machine has the addresses of this machine.</summary>
    public HbaMatchContext MatchContext => Facts.MatchContextIn(IsLocal ? LocalMatchContext.Find(usesDns: false) : HbaMatchContext.Unknown);

    /// <summary>How the server receives a client; null where its answer does not tell.</summary>
    /// <param name="route">The route to the server.</param>
    /// <param name="user">The role to name.</param>
    /// <param name="database">The database to name.</param>
    /// <param name="transport">TLS, without a client certificate, or plaintext.</param>
    /// <param name="cancellationToken">Ends the connection at once.</param>
    /// <returns>The answer, and what was seen, in words.</returns>
    public async Task<(HbaReception? Reception, string Seen)> TryAsync(
        ServerRoute route, string user, string database, HbaTransport transport, CancellationToken cancellationToken)
    {
        ProbeRequest request = transport == HbaTransport.Tls
            ? ProbeRequest.ForTls(Settings, route.Host, Timeout)
            : new ProbeRequest(route.Host, Probing.Transport.Plaintext, Timeout);
        ConnectionFacts facts =
            await ServerProbe.ConnectAsync(request with { UserName = user, Database = database }, cancellationToken).ConfigureAwait(false);
        return facts.Answer switch
        {
            // trust, or a certificate that the server has checked already.
            StartupAnswer.Admitted { Method: "none" } => (new(true, "none"), "the server asks for no password"),
            StartupAnswer.Admitted admitted => (new(true, admitted.Method), $"the server asks for authentication by {admitted.Method}"),
            StartupAnswer.Refused { SqlState: InvalidAuthorization, Routine: not ("" or RefusalRoutine) } refused =>
                (new(true, null), $"a rule is applied, which fails: {refused.Message}"),
            StartupAnswer.Refused { SqlState: InvalidAuthorization or NoClientCa } refused => (HbaReception.Refused, refused.Message),
            // It passed pg_hba.conf, and something else stopped it: the database does not exist, or a password is missing.
            StartupAnswer.Refused { SqlState: ['3', 'D', ..] or ['2', '8', 'P', ..] or ['4', '2', ..] } refused =>
                (new(true, null), refused.Message),
            StartupAnswer.Refused refused => (null, $"{refused.Message} (SQLSTATE {refused.SqlState})"),
            _ => (null, facts.Failure?.Message ?? "no answer"),
        };
    }

    /// <summary>The rules that the server reads in its files now (pg_hba_file_rules). They may differ from the rules that it uses.</summary>
    public async Task<IReadOnlyList<ServerRule>> ReadRulesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlRow> rows = await Session.QueryAsync(
            ServerRule.SqlFor(Facts.Version.Major), null, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(ServerRule.Of)];
    }
}
