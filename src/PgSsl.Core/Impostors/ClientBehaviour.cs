using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Wire;

namespace PgSsl.Impostors;

/// <summary>
/// Which row of Test-PgSslMode a client behaves like. What libpq does at each impostor in each mode is not a table here: the rules that
/// Test-PgSslMode has are played against what the impostor shows.
/// </summary>
/// <param name="authority">Who issued the certificates.</param>
/// <param name="host">The name by which the client knows the server.</param>
/// <param name="at">The time of the test.</param>
internal sealed class ClientBehaviour(ImpostorAuthority authority, string host, DateTimeOffset at)
{
    // Any absolute path will do: the file's content is handed over with it.
    private static readonly string RootPath = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "pgssl-impostor-root.crt"));

    // Without one of these, two modes look alike.
    private static readonly ImpostorKind[] Telling =
        [ImpostorKind.Genuine, ImpostorKind.SelfSigned, ImpostorKind.OtherCa, ImpostorKind.WrongName, ImpostorKind.Expired, ImpostorKind.TlsRefused];

    /// <summary>
    /// The strictest mode of libpq in which libpq goes nowhere farther than this client went: whatever that mode refuses, the client refuses. Null
    /// where the client did not accept the genuine server, or an impostor that is needed to tell was not played.
    /// </summary>
    /// <param name="attempts">What the client did.</param>
    public SslMode? Find(IReadOnlyList<ClientAttempt> attempts)
    {
        var played = attempts.Where(attempt => attempt.Connections.Count > 0).ToDictionary(attempt => attempt.Impostor.Kind);
        if (!Telling.All(played.ContainsKey) || played[ImpostorKind.Genuine].FirstStart is null)
            return null;
        // At these servers, disable and allow begin the same session; but allow asks for TLS when it is refused.
        bool everWantedTls = attempts.Any(attempt => attempt.Connections.Any(connection => connection.WantedTls));
        return Enum.GetValues<SslMode>()
            .Where(mode => everWantedTls || mode == SslMode.Disable)
            .Where(mode => played.Values.All(attempt => ReachOf(attempt) <= Expected(mode, attempt.Impostor.Kind)))
            .Cast<SslMode?>().LastOrDefault();
    }

    /// <summary>How far libpq goes in a mode, with a root file or without one, whichever is farther.</summary>
    internal ClientReach Expected(SslMode mode, ImpostorKind kind) => mode >= SslMode.VerifyCa
        ? Play(mode, kind, withRoot: true)
        : (ClientReach)Math.Max((int)Play(mode, kind, withRoot: true), (int)Play(mode, kind, withRoot: false));

    /// <summary>How far libpq goes.</summary>
    internal ClientReach Play(SslMode mode, ImpostorKind kind, bool withRoot)
    {
        var trust = new TrustStoreCache(new Dictionary<string, byte[]?>
        {
            [RootPath] = withRoot ? Encoding.ASCII.GetBytes(authority.Root.ExportCertificatePem()) : null,
        });
        ConnectionSettings settings = PgEndpoint.FromParameters(
        [
            new("host", host), new("port", "1"), new("user", "u"), new("dbname", "d"), new("sslrootcert", RootPath), new("sslmode", mode.ToLibpq()),
        ]).Resolve(new ConnectionEnvironment(new Dictionary<string, string>(), null, "u", Path.GetTempPath()));
        var server = new ConnectionHost(host, "127.0.0.1", 1);
        ClientPolicy policy = SslClients.Get("libpq").PolicyFor(mode, server, settings, trust, new ClientIdentity(null, null)) with
        {
            // Up to libpq 16, an error in answer to the SSLRequest means a server that is too old for TLS (fe-connect.c, PQconnectPoll).
            RetriesAfterBreak = _ => true,
        };
        return new SslModeEvaluator(Show(server, kind), policy, mode, at).Evaluate().Transport switch
        {
            Transport.Tls => ClientReach.Tls,
            Transport.Plaintext => ClientReach.Plaintext,
            _ => ClientReach.Nowhere,
        };
    }

    /// <summary>
    /// How far the client went of itself. After the impostor's own error it may come again, over the other transport; and where channel binding keeps
    /// it from logging in, it is the login that refuses, not a mode.
    /// </summary>
    private static ClientReach ReachOf(ClientAttempt attempt) => attempt.FirstStart switch
    {
        null => ClientReach.Nowhere,
        { StartedInPlaintext: true } => ClientReach.Plaintext,
        _ => ClientReach.Tls,
    };

    private ServerFacts Show(ConnectionHost server, ImpostorKind kind)
    {
        var admitted = new StartupAnswer.Admitted("scram-sha-256", false);
        ConnectionFacts Facts(Transport transport, ProbeStage stage) => new(new ProbeRequest(server, transport, TimeSpan.FromSeconds(1)), stage);
        ConnectionFacts plaintext = Facts(Transport.Plaintext, ProbeStage.Answered) with { Answer = admitted };
        ConnectionFacts tls = kind switch
        {
            ImpostorKind.TlsRefused => Facts(Transport.Tls, ProbeStage.Connected) with { Failure = Shown(PgSslError.TlsNotOffered) },
            ImpostorKind.ErrorAnswer => Facts(Transport.Tls, ProbeStage.Connected) with { Failure = Shown(PgSslError.ServerRejectedSslRequest) },
            _ => Facts(Transport.Tls, ProbeStage.Answered) with { Answer = admitted, Tls = HandshakeWith(kind) },
        };
        return new ServerFacts(server, tls, plaintext);
    }

    private TlsFacts HandshakeWith(ImpostorKind kind)
    {
        TlsServerIdentity identity = authority.IdentityOf(kind);
        return new TlsFacts(
            [.. identity.Chain.Select(encoded => new X509Certificate2(encoded.Span))],
            identity.IsTls10Only ? "TLSv1" : "TLSv1.3",
            "TLS_AES_256_GCM_SHA384",
            "",
            false,
            TimeSpan.Zero);
    }

    private static PgSslException Shown(PgSslError error) => new(error, "The impostor does that.", "");
}

/// <summary>How far a client goes; the farther, the worse.</summary>
internal enum ClientReach
{
    /// <summary>It refuses.</summary>
    Nowhere,
    /// <summary>It begins a session inside of TLS.</summary>
    Tls,
    /// <summary>It begins a session in plaintext.</summary>
    Plaintext,
}
