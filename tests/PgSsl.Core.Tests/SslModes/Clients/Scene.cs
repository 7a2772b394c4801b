using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Tests.Connections;
using PgSsl.Wire;

namespace PgSsl.Tests.SslModes.Clients;

/// <summary>A server that behaves in one way, roots that lie in one place, and what a client makes of both in each of the six modes.</summary>
internal sealed class Scene : IDisposable
{
    private const string HostName = "db.example.test";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Scene Root CA");
    private static readonly TestAuthority Intermediate = Root.CreateIntermediate("Scene Issuing CA");
    private static readonly TestCertificate Right = Intermediate.Issue(LeafOptions.ForHosts(HostName));
    private static readonly TestCertificate Elsewhere = Intermediate.Issue(LeafOptions.ForHosts("elsewhere.test"));
    private static readonly TestCertificate Pinned = Intermediate.Issue(LeafOptions.ForHosts(HostName));

    private static readonly TestCertificate ForClientsOnly =
        Intermediate.Issue(LeafOptions.ForHosts(HostName) with { ExtendedKeyUsages = [LeafOptions.ClientAuthentication] });

    private static readonly TestAuthority ExpiredRoot = TestAuthority.CreateRoot(
        "Expired Root CA",
        new AuthorityOptions { NotBefore = DateTimeOffset.UtcNow.AddYears(-2), NotAfter = DateTimeOffset.UtcNow.AddDays(-1) });

    private readonly World _world = new();
    private readonly TrustStoreCache _trust = new();

    // Without roots of the operating system, unless the scene puts some there.
    internal Scene() => _world.Set("SSL_CERT_FILE", _world.Write("empty-system.crt")).Set("SSL_CERT_DIR", _world.Root);

    public void Dispose() => _world.Dispose();

    /// <summary>
    /// What a client does in the modes from disable to verify-full: <c>plain</c>, <c>tls</c> (unverified), <c>chain</c>, <c>full</c>, or
    /// why it does not connect, after a minus.
    /// </summary>
    internal string Play(string client, string roots, string server)
    {
        ConnectionSettings settings = _world.Resolve($"host={HostName} user=app dbname=app sslmode=verify-full {Place(roots)}");
        return string.Join(' ', Enum.GetValues<SslMode>()
            .Select(mode => Play(SslClients.Get(client), mode, settings, FactsOf(server, settings.Hosts[0]))));
    }

    internal ClientPolicy PolicyOf(string client, SslMode mode, string conninfo)
    {
        ConnectionSettings settings = _world.Resolve(conninfo);
        return SslClients.Get(client).PolicyFor(mode, settings.Hosts[0], settings, _trust, new ClientIdentity(null, null));
    }

    internal SslModeVerdict Judge(string client, SslMode mode, string roots, string server)
    {
        ConnectionSettings settings = _world.Resolve($"host={HostName} user=app dbname=app sslmode=verify-full {Place(roots)}");
        return Judge(SslClients.Get(client), mode, settings, FactsOf(server, settings.Hosts[0]));
    }

    /// <summary>What changes for clients, in the words of <see cref="SslModeChange.Describe"/>, if the default root file becomes another.</summary>
    internal IReadOnlyList<SslModeChange> Plan(string client, string roots, string? planned, string server)
    {
        ConnectionSettings settings = _world.Resolve($"host={HostName} user=app dbname=app sslmode=verify-full {Place(roots)}");
        using var tester = new SslModeTester(Enum.GetValues<SslMode>(), _ => [SslClients.Get(client)], maxConnections: 2, tlsOnly: false);
        ServerFacts facts = FactsOf(server, settings.Hosts[0]);
        byte[]? content = planned is null ? null : System.Text.Encoding.ASCII.GetBytes(PemOf(planned));
        string path = Path.Combine(_world.Home, ".postgresql", "root.crt");
        var plan = new TrustStoreCache(new Dictionary<string, byte[]?> { [path] = content });
        return SslModeChange.Between(tester.Judge(facts, settings), tester.Judge(facts, settings, plan));
    }

    private string Play(ISslClient client, SslMode mode, ConnectionSettings settings, ServerFacts facts)
    {
        SslModeVerdict verdict = Judge(client, mode, settings, facts);
        return verdict switch
        {
            { Transport: Transport.Plaintext } => "plain",
            { Transport: Transport.Tls, Verification: Verification.None } => "tls",
            { Transport: Transport.Tls, Verification: Verification.Chain } => "chain",
            { Transport: Transport.Tls } => "full",
            _ => "-" + verdict.Failure!.Error switch
            {
                PgSslError.UntrustedCertificate => "chain",
                PgSslError.HostNameMismatch => "name",
                PgSslError.FileNotFound => "file",
                PgSslError.TlsNotOffered => "N",
                PgSslError.ServerRejectedSslRequest => "E",
                PgSslError.ConnectionRejected => "rejected",
                PgSslError.TlsHandshakeFailed => "handshake",
                PgSslError.ConnectionClosed => "closed",
                PgSslError.ConnectionTimedOut => "silence",
                var other => other.ToString(),
            },
        };
    }

    private SslModeVerdict Judge(ISslClient client, SslMode mode, ConnectionSettings settings, ServerFacts facts)
    {
        ClientPolicy policy = client.PolicyFor(mode, facts.Host, settings, _trust, new ClientIdentity(null, null));
        return new SslModeEvaluator(facts, policy, mode, DateTimeOffset.UtcNow).Evaluate();
    }

    private string Place(string roots)
    {
        switch (roots)
        {
            case "none":
                return "";
            case "PGSSLROOTCERT":
                _world.Set("PGSSLROOTCERT", _world.Write("variable.crt", Root.CertificatePem));
                return "";
            case "~/.postgresql":
                _world.Write("home/.postgresql/root.crt", Root.CertificatePem);
                return "";
            case "~/.postgresql, wrong":
                _world.Write("home/.postgresql/root.crt", TestAuthority.CreateRoot("Another Root CA").CertificatePem);
                return "";
            case "service file":
                _world.Write("home/.pg_service.conf", $"[prod]\nsslrootcert={_world.Write("service.crt", Root.CertificatePem)}\n");
                return "service=prod";
            case "operating system":
                _world.Set("SSL_CERT_FILE", _world.Write("system.crt", Root.CertificatePem));
                return "";
            case "system":
                _world.Set("SSL_CERT_FILE", _world.Write("system.crt", Root.CertificatePem));
                return "sslrootcert=system";
            case "right, with a broken CRL":
                return $"sslrootcert={_world.Write("given.crt", Root.CertificatePem)} sslcrl={_world.Write("broken.crl", "no list at all")}";
            case "missing":
                return $"sslrootcert={Path.Combine(_world.Root, "missing.crt")}";
            default:
                return $"sslrootcert={_world.Write("given.crt", PemOf(roots))}";
        }
    }

    private static string PemOf(string roots) => roots switch
    {
        "right" => Root.CertificatePem,
        "wrong" => TestAuthority.CreateRoot("Another Root CA").CertificatePem,
        "intermediate only" => Intermediate.CertificatePem,
        "the leaf itself" => Pinned.CertificatePem,
        "the leaf itself, for clients only" => ForClientsOnly.CertificatePem,
        "right, expired" => ExpiredRoot.CertificatePem,
        _ => throw new ArgumentOutOfRangeException(nameof(roots), roots, "There are no such roots."),
    };

    private static ServerFacts FactsOf(string server, ConnectionHost host)
    {
        var tls = new ConnectionFacts(Request(host, Transport.Tls), ProbeStage.Answered) { Tls = Serving(Right), Answer = Admitted };
        var plain = new ConnectionFacts(Request(host, Transport.Plaintext), ProbeStage.Answered) { Answer = Admitted };
        (tls, plain) = server switch
        {
            "admits all" => (tls, plain),
            "has another name" => (tls with { Tls = Serving(Elsewhere) }, plain),
            "serves the leaf" => (tls with { Tls = Serving(Pinned) }, plain),
            "serves a leaf for clients only" => (tls with { Tls = Serving(ForClientsOnly) }, plain),
            "has an expired root" => (tls with { Tls = Serving(ExpiredRoot.Issue(LeafOptions.ForHosts(HostName))) }, plain),
            "TLS off" => (Broken(host, Transport.Tls, ProbeStage.Connected, PgSslError.TlsNotOffered), plain),
            "no line for TLS" => (tls with { Answer = Refused("28000") }, plain),
            "no line for plaintext" => (tls, plain with { Answer = Refused("28000") }),
            "no such database" => (tls with { Answer = Refused("3D000") }, plain with { Answer = Refused("3D000") }),
            "too many clients over TLS" => (tls with { Answer = Refused("53300") }, plain),
            "handshake fails" => (Broken(host, Transport.Tls, ProbeStage.TlsAccepted, PgSslError.TlsHandshakeFailed), plain),
            "E to SSLRequest" => (Broken(host, Transport.Tls, ProbeStage.Connected, PgSslError.ServerRejectedSslRequest), plain),
            "silent to SSLRequest" => (Broken(host, Transport.Tls, ProbeStage.Connected, PgSslError.ConnectionTimedOut), plain),
            "hangs up in TLS" =>
                (Broken(host, Transport.Tls, ProbeStage.TransportReady, PgSslError.ConnectionClosed) with { Tls = Serving(Right) }, plain),
            "hangs up in plaintext" => (tls, Broken(host, Transport.Plaintext, ProbeStage.TransportReady, PgSslError.ConnectionClosed)),
            _ => throw new ArgumentOutOfRangeException(nameof(server), server, "There is no such server."),
        };
        return new ServerFacts(host, tls, plain);
    }

    private static StartupAnswer Admitted { get; } = new StartupAnswer.Admitted("scram-sha-256", OffersChannelBinding: false);

    private static StartupAnswer.Refused Refused(string sqlState) => new("FATAL", sqlState, "no");

    private static TlsFacts Serving(TestCertificate certificate) => new(
        [certificate.Certificate, .. certificate.Issuers.SkipLast(1).Select(issuer => issuer.Certificate)],
        "TLSv1.3", "TLS_AES_256_GCM_SHA384", "postgresql", RequestsClientCertificate: false, TimeSpan.Zero);

    private static ProbeRequest Request(ConnectionHost host, Transport transport) =>
        new(host, transport, TimeSpan.FromSeconds(1)) { UserName = "app", Database = "app" };

    private static ConnectionFacts Broken(ConnectionHost host, Transport transport, ProbeStage stage, PgSslError error) =>
        new(Request(host, transport), stage) { Failure = new PgSslException(error, "It broke.") };
}
