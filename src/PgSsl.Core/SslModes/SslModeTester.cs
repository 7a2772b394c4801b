using System.Collections.Concurrent;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>
/// Asks servers with two connections each what every mode of every client would meet there. One for a whole run: it counts
/// connections over all servers, and loads each root file once. Safe for concurrent use.
/// </summary>
/// <param name="modes">The modes to judge.</param>
/// <param name="clients">The clients to judge them for.</param>
/// <param name="maxConnections">How many connections may be open at a time.</param>
/// <param name="tlsOnly">Makes no plaintext connection; then all modes must be ones that insist on TLS.</param>
internal sealed class SslModeTester(IReadOnlyList<SslMode> modes, IReadOnlyList<ISslClient> clients, int maxConnections, bool tlsOnly) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(maxConnections);
    private readonly TrustStoreCache _trust = new();
    private readonly ConcurrentDictionary<(string? Certificate, string? Key, string? Passphrase), Lazy<ClientIdentity>> _identities = new();

    /// <summary>Asks one server. An unreachable one gives facts, too: they say why.</summary>
    /// <param name="endpoint">The endpoint, narrowed to this server.</param>
    /// <param name="settings">What libpq would connect with, its sslmode aside.</param>
    /// <param name="host">This server among the settings' hosts.</param>
    /// <param name="timeout">For one connection in all.</param>
    /// <param name="cancellationToken">Ends both connections at once.</param>
    public async Task<ServerFacts> GatherAsync(
        PgEndpoint endpoint, ConnectionSettings settings, ConnectionHost host, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ClientIdentity identity = IdentityOf(settings);
        ProbeRequest request = ProbeRequest.ForTls(settings, host, timeout) with
        {
            ClientCertificate = identity.Certificate,
            UserName = settings.UserName,
            Database = settings.Database,
        };
        return await GatherAsync(request, cancellationToken).ConfigureAwait(false) with { Endpoint = endpoint.Text };
    }

    /// <summary>Asks one server and judges what it showed, in one step.</summary>
    public async Task<IReadOnlyList<SslModeResult>> TestAsync(
        PgEndpoint endpoint, ConnectionSettings settings, ConnectionHost host, TimeSpan timeout, CancellationToken cancellationToken) =>
        Judge(await GatherAsync(endpoint, settings, host, timeout, cancellationToken).ConfigureAwait(false), settings);

    /// <summary>Says what every client would meet in every mode. Makes no connection; reads root files where they are new to it.</summary>
    /// <param name="facts">What the server showed.</param>
    /// <param name="settings">What libpq would connect with: those of the facts, or the same with other roots.</param>
    /// <param name="trust">Root files as they are, or as a change would leave them; as they are if null.</param>
    /// <returns>A result per client and mode, in the order asked for.</returns>
    public IReadOnlyList<SslModeResult> Judge(ServerFacts facts, ConnectionSettings settings, TrustStoreCache? trust = null)
    {
        trust ??= _trust;
        ClientIdentity identity = IdentityOf(settings);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return
        [
            .. from client in clients
               from mode in modes
               let policy = client.PolicyFor(mode, facts.Host, settings, trust, identity)
               let verdict = new SslModeEvaluator(facts, policy, mode, now).Evaluate()
               select ToResult(facts, client, mode, verdict) with { RootCertificate = RootsOf(settings, trust) },
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>A key file is read and decrypted once, however many servers it is shown to.</summary>
    private ClientIdentity IdentityOf(ConnectionSettings settings) =>
        _identities.GetOrAdd(
            (settings.ClientCertificatePath, settings["sslkey"], settings.GetSecret("sslpassword")),
            _ => new(() => ClientIdentity.Load(settings))).Value;

    private async Task<ServerFacts> GatherAsync(ProbeRequest tls, CancellationToken cancellationToken)
    {
        Task<ConnectionFacts?> plaintext = tlsOnly
            ? Task.FromResult<ConnectionFacts?>(null)
            : ConnectAsync(tls with { Transport = Transport.Plaintext, ClientCertificate = null }, cancellationToken);
        // On a Unix socket no client asks for TLS.
        Task<ConnectionFacts?> encrypted = tls.Host.IsUnixSocket
            ? Task.FromResult<ConnectionFacts?>(null)
            : ConnectAsync(tls, cancellationToken);
        return new ServerFacts(tls.Host, await encrypted.ConfigureAwait(false), await plaintext.ConfigureAwait(false));
    }

    private async Task<ConnectionFacts?> ConnectAsync(ProbeRequest request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static string? RootsOf(ConnectionSettings settings, TrustStoreCache trust) =>
        settings.UsesSystemRoots ? ConnectionSettings.SystemRoots
            : settings.RootCertificatePath is { } path && trust.Exists(path) ? path
            : null;

    private static SslModeResult ToResult(ServerFacts facts, ISslClient client, SslMode mode, SslModeVerdict verdict)
    {
        ConnectionFacts any = verdict.Used is [.., var last] ? last : facts.Tls ?? facts.Plaintext!;
        TlsFacts? tls = verdict.Transport == Transport.Tls ? any.Tls : null;
        return new SslModeResult
        {
            Endpoint = facts.Endpoint,
            HostName = facts.Host.DisplayName,
            Port = facts.Host.Port,
            Address = any.Address?.ToString(),
            UserName = any.Request.UserName!,
            Database = any.Request.Database,
            Client = client.Name,
            SslMode = mode.ToLibpq(),
            Connects = verdict.Transport is not null,
            Transport = verdict.Transport switch { Transport.Tls => "tls", Transport.Plaintext => "plaintext", _ => "none" },
            VerifiesServer = verdict.Verification switch
            {
                Verification.ChainAndHost => "chain and host",
                Verification.Chain => "chain",
                _ => "none",
            },
            MitmSafe = verdict.MitmSafe,
            Protocol = tls?.Protocol,
            CipherSuite = tls?.CipherSuite,
            AuthenticationMethod = verdict.Transport is null ? null : (any.Answer as Wire.StartupAnswer.Admitted)?.Method,
            ServerRequestsClientCertificate = facts.Tls?.Tls?.RequestsClientCertificate ?? false,
            Reason = verdict.Reason,
            Remedy = verdict.Remedy,
            ErrorId = verdict.Failure?.Error.ToString(),
            Duration = verdict.Used.Aggregate(TimeSpan.Zero, (sum, connection) => sum + connection.Duration),
        };
    }
}
