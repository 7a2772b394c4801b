using System.Net;
using PgSsl.Backups;
using PgSsl.Changes;
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
    private const string Facts =
        $"""
        SELECT host(inet_client_addr()) AS client, pg_backend_pid() AS process, pg_postmaster_start_time()::text AS started,
               CASE WHEN {VisibleSetting.Condition} THEN current_setting('data_directory') END AS data_directory,
               current_setting('listen_addresses') AS listen_addresses,
               host(inet_server_addr()) AS server, inet_server_port() AS port
        """;

    /// <summary>Asks the server where it is, and for the address of this client.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<LiveServer> OfAsync(
        IServerSession session, ConnectionSettings settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        SqlRow facts = (await session.QueryAsync(Facts, null, cancellationToken).ConfigureAwait(false)).Only();
        IPAddress? client = facts.GetAddress("client");
        return new LiveServer(session, settings, timeout, client is null ? null : NumericAddress.Of(client))
        {
            DataDirectory = facts["data_directory"],
            StartTime = facts["started"],
            ListenAddresses = facts["listen_addresses"],
            ServerAddress = facts.GetAddress("server"),
            ServerPort = facts.GetInt32("port"),
            PostmasterId = await ServerDisk.FindPostmasterAsync(
                session, facts["data_directory"], facts.GetInt32("process"), cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// Opens another session of the same role with the same host: to see whether it still gets in, and for an undo; null if there is no other.
    /// </summary>
    public Func<CancellationToken, Task<IServerSession>>? Reopen { get; init; }

    /// <summary>How long an undo waits for a server that does not answer: as long as for a reload.</summary>
    public TimeSpan UndoTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>When it was started, as it says.</summary>
    public string? StartTime { get; private init; }

    /// <summary>The address at which it accepted the session, as it says; null over a Unix-domain socket.</summary>
    public IPAddress? ServerAddress { get; private init; }

    /// <summary>The port at which it accepted the session, as it says; null over a Unix-domain socket.</summary>
    public int? ServerPort { get; private init; }

    /// <summary>Its data directory, as it says; null where the role may not see it.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where it listens (listen_addresses); null if it is not known.</summary>
    public string? ListenAddresses { get; init; }

    /// <summary>Whether it is shown that its files are those of this machine. Only then they may be read here as its files, or be changed.</summary>
    public bool FilesAreHere => PostmasterId is not null;

    /// <summary>Its process on this machine; null if that is not shown.</summary>
    public int? PostmasterId { get; init; }

    /// <summary>As records of backups name it.</summary>
    public BackupServer OfBackups => BackupServer.Of(FilesAreHere ? DataDirectory : null, Session.Host.ToString());

    /// <summary>Whether the server is on this machine, or seems to be: a tunnel's end is on this machine as well.</summary>
    public bool IsLocal =>
        FilesAreHere || Session.Host.IsUnixSocket || (ClientAddress is { } address && IPAddress.IsLoopback(address.ToIPAddress()));

    /// <summary>
    /// The TCP routes from here to the server. A Unix-domain socket has no TLS, and the rules for loopback addresses are often different. So a
    /// server on this machine is tried at its other addresses as well, from which such connections then come.
    /// </summary>
    public IEnumerable<ServerRoute> Routes
    {
        get
        {
            int port = Session.Host.Port;
            // A relay may end at the server's socket: then the server sees no address, and what its rules say to one is not known.
            if (!Session.Host.IsUnixSocket && ClientAddress is { } client)
                yield return new ServerRoute(Session.Host, client);
            // Behind a published port or a balancer, what is seen there may be another server; at its own port it is this one.
            if (FilesAreHere && !Session.Host.IsUnixSocket && ServerAddress is { } own && ServerPort is { } ownPort && ownPort != port)
                yield return new ServerRoute(new ConnectionHost(own.ToString(), null, ownPort), NumericAddress.Of(own));
            if (!IsLocal)
                yield break;
            foreach (NumericAddress address in LocalAddresses.FindListening(ListenAddresses))
                yield return new ServerRoute(new ConnectionHost(address.ToIPAddress().ToString(), null, port), address);
        }
    }

    /// <summary>Makes a TLS handshake, and nothing else.</summary>
    public Task<ConnectionFacts> ProbeTlsAsync(ServerRoute route, CancellationToken cancellationToken) =>
        ServerProbe.ConnectAsync(ProbeRequest.ForTls(Settings, route.Host, Timeout), cancellationToken);

    /// <summary>Has the postmaster read its files again. The server answers before that is done.</summary>
    /// <exception cref="PgSslException">InsufficientPrivilege, or the session broke.</exception>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        ChangeStep.Reload();
        await Session.QueryAsync("SELECT pg_reload_conf()", null, cancellationToken).ConfigureAwait(false);
        ChangeStep.Prove();
    }

    /// <summary>The same for an undo: see <see cref="UndoSession"/>.</summary>
    /// <exception cref="PgSslException">The postmaster could not be told.</exception>
    public async Task ReloadOldAsync()
    {
        await using var undo = new UndoSession(this);
        await undo.ReloadAsync().ConfigureAwait(false);
    }

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
