using System.Net;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.Server.Live;

/// <summary>A running server that is to be changed: a session that stays open, and how to reach it over the network.</summary>
/// <param name="Session">The session.</param>
/// <param name="Settings">What libpq would connect with.</param>
/// <param name="Timeout">For one connection.</param>
/// <param name="ClientAddress">The address of this client, as the server sees it; null over a Unix-domain socket.</param>
internal record LiveServer(IServerSession Session, ConnectionSettings Settings, TimeSpan Timeout, NumericAddress? ClientAddress) : IDisposable
{
    /// <summary>Asks the server for the address of this client.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<LiveServer> OfAsync(
        IServerSession session, ConnectionSettings settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        const string Sql = "SELECT host(inet_client_addr()) AS client";
        IReadOnlyList<SqlRow> rows = await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false);
        return new LiveServer(session, settings, timeout, rows.Only().GetAddress("client") is { } address ? NumericAddress.Of(address) : null);
    }

    /// <summary>Whether the server is on this machine.</summary>
    public bool IsLocal => Session.Host.IsUnixSocket || (ClientAddress is { } address && IPAddress.IsLoopback(address.ToIPAddress()));

    /// <summary>
    /// The TCP routes from here to the server. A Unix-domain socket has no TLS, and the rules for loopback addresses are often different. So a
    /// server on this machine is tried at its other addresses as well, from which such connections then come.
    /// </summary>
    public IEnumerable<ServerRoute> Routes
    {
        get
        {
            int port = Session.Host.Port;
            if (!Session.Host.IsUnixSocket)
                yield return new ServerRoute(Session.Host, ClientAddress!.Value);
            if (!IsLocal)
                yield break;
            foreach (NumericAddress address in LocalAddresses.Find())
                yield return new ServerRoute(new ConnectionHost(address.ToIPAddress().ToString(), null, port), address);
        }
    }

    /// <summary>Makes a TLS handshake, and nothing else.</summary>
    public Task<ConnectionFacts> ProbeTlsAsync(ServerRoute route, CancellationToken cancellationToken) =>
        ServerProbe.ConnectAsync(ProbeRequest.ForTls(Settings, route.Host, Timeout), cancellationToken);

    /// <summary>Has the postmaster read its files again. The server answers before that is done.</summary>
    /// <exception cref="PgSslException">InsufficientPrivilege, or the session broke.</exception>
    public async Task ReloadAsync(CancellationToken cancellationToken) =>
        await Session.QueryAsync("SELECT pg_reload_conf()", null, cancellationToken).ConfigureAwait(false);

    /// <summary>Closes the session and waits for it, on another thread: the caller's may belong to a host that runs no continuations on it.</summary>
    public void Dispose() => Task.Run(async () => await Session.DisposeAsync().ConfigureAwait(false)).GetAwaiter().GetResult();

    /// <summary>Throws if there is a pooler in between: what its clients see says nothing about the server.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>.</exception>
    public static void RefusePooler(IServerSession session)
    {
        if (session.IsPooled)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{session.Host} is a pooler. Clients connect to it, and it connects to the server, so nothing can be proven through it.",
                "Name the server itself, with its own port or its socket directory.");
    }
}
