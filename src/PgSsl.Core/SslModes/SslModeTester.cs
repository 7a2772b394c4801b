using System.Collections.Concurrent;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>
/// Finds out with two connections per server what happens there to every client in every mode. One object for a whole run: it limits
/// the connections to all servers together, and loads each root file once. Safe for concurrent use.
/// </summary>
/// <param name="modes">The modes to judge.</param>
/// <param name="clientsOf">The clients to judge them for, by the settings.</param>
/// <param name="maxConnections">How many connections may be open at a time.</param>
/// <param name="tlsOnly">Whether no plaintext connection is made; then all modes must be modes that require TLS.</param>
internal sealed class SslModeTester(
    IReadOnlyList<SslMode> modes, Func<ConnectionSettings, IReadOnlyList<ISslClient>> clientsOf, int maxConnections, bool tlsOnly) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(maxConnections);
    private readonly TrustStoreCache _trust = new();
    private readonly ConcurrentDictionary<(string? Certificate, string? Key, string? Passphrase), Lazy<ClientIdentity>> _identities = new();

    /// <summary>Connects to one server. There are facts of an unreachable server, too: they say why it is unreachable.</summary>
    /// <param name="endpoint">The endpoint, narrowed to this server.</param>
    /// <param name="settings">The settings of libpq; their sslmode is ignored.</param>
    /// <param name="host">This server among the settings' hosts.</param>
    /// <param name="timeout">The time for one whole connection.</param>
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
        return await GatherAsync(request, clientsOf(settings), cancellationToken).ConfigureAwait(false) with { Endpoint = endpoint.Text };
    }

    /// <summary>Judges every client in every mode. It makes no connection; it reads the root files that it has not read before.</summary>
    /// <param name="facts">What the server showed.</param>
    /// <param name="settings">The settings of libpq: those of the facts, or the same with other roots.</param>
    /// <param name="trust">The root files as they are or after a change; null for the files as they are.</param>
    /// <returns>A result per client and mode, in the given order.</returns>
    public IReadOnlyList<SslModeResult> Judge(ServerFacts facts, ConnectionSettings settings, TrustStoreCache? trust = null)
    {
        trust ??= _trust;
        ClientIdentity identity = IdentityOf(settings);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return
        [
            .. from client in clientsOf(settings)
               let isOwn = client.Name == (settings.Application?.Client ?? ConnectionSettings.Libpq)
               from mode in modes
               let policy = isOwn && settings.Application?.Refusal is { } refusal
                   ? new ClientPolicy([]) { Refusal = refusal }
                   : client.PolicyFor(mode, facts.Host, settings, trust, identity)
               let seen = facts.For(client)
               let verdict = new SslModeEvaluator(seen, policy, mode, now).Evaluate()
               select ToResult(seen, client, mode, verdict) with
               {
                   RootCertificate = RootsOf(settings, trust),
                   AskedSslMode = isOwn ? settings.AskedSslMode?.ToLibpq() : null,
                   AskedAs = isOwn && settings.Application is { SslWords.Length: > 0 } application ? PrintableText.Of(application.SslWords) : null,
               },
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gate.Dispose();
        foreach (Lazy<ClientIdentity> identity in _identities.Values.Where(identity => identity.IsValueCreated))
            identity.Value.Certificate?.Dispose();
    }

    /// <summary>A key file is read and decrypted once for all servers.</summary>
    private ClientIdentity IdentityOf(ConnectionSettings settings) =>
        _identities.GetOrAdd(
            (settings.ClientCertificatePath, settings["sslkey"], settings.GetSecret("sslpassword")),
            _ => new(() => ClientIdentity.Load(settings))).Value;

    private async Task<ServerFacts> GatherAsync(ProbeRequest tls, IReadOnlyList<ISslClient> clients, CancellationToken cancellationToken)
    {
        Task<ConnectionFacts?> plaintext = tlsOnly
            ? Task.FromResult<ConnectionFacts?>(null)
            : ConnectAsync(tls with { Transport = Transport.Plaintext, ClientCertificate = null }, cancellationToken);
        // A Unix socket has no TLS.
        Task<ConnectionFacts?> encrypted = tls.Host.IsUnixSocket
            ? Task.FromResult<ConnectionFacts?>(null)
            : ConnectAsync(tls, cancellationToken);
        ConnectionFacts? seen = await encrypted.ConfigureAwait(false);
        return new ServerFacts(tls.Host, seen, await plaintext.ConfigureAwait(false))
        {
            TlsWithFewerSuites = await LookAgainAsync(tls, seen?.Tls, clients, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>A server may have chosen a suite that a client does not offer, and have others that it does: another connection tells.</summary>
    private async Task<IReadOnlyDictionary<string, ConnectionFacts>> LookAgainAsync(
        ProbeRequest request, TlsFacts? seen, IReadOnlyList<ISslClient> clients, CancellationToken cancellationToken)
    {
        var others = new Dictionary<string, ConnectionFacts>();
        if (seen is null || TlsVersions.FromName(seen.Protocol) != TlsVersion.Tls12)
            return others;
        foreach (ISslClient client in clients)
        {
            if (client.CipherSuites is not { } suites || suites.Contains(seen.CipherSuite))
                continue;
            ConnectionFacts facts = (await ConnectAsync(
                request with { Stack = TlsStack.Portable, CipherSuites = suites }, cancellationToken).ConfigureAwait(false))!;
            others[client.Name] = facts is { Tls: null, Failure.Error: PgSslError.TlsHandshakeFailed }
                ? facts with { Failure = SslModeReasons.NoCommonSuite(client.Name, seen.CipherSuite) }
                : facts;
        }
        return others;
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
