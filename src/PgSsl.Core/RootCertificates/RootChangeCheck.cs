using PgSsl.Connections;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Wire;

namespace PgSsl.RootCertificates;

/// <summary>
/// Asks servers, before root files change, what the change would mean for each client in each mode. It takes two connections to each server.
/// </summary>
/// <param name="planned">The root files as they will be, by absolute path; null for a file that is deleted.</param>
/// <param name="maxConnections">How many connections may be open at a time.</param>
internal sealed class RootChangeCheck(IReadOnlyDictionary<string, byte[]?> planned, int maxConnections = 32) : IDisposable
{
    private readonly TrustStoreCache _after = new(planned);
    private readonly SslModeTester _tester = new(Enum.GetValues<SslMode>(), _ => SslClients.All, maxConnections, tlsOnly: false);

    /// <summary>Checks all servers of an endpoint.</summary>
    /// <param name="endpoint">The endpoint, as clients connect to it now.</param>
    /// <param name="rootCertificate">The sslrootcert that it gets by the change; null where it stays as it is.</param>
    /// <param name="environment">The environment to resolve it in.</param>
    /// <param name="cancellationToken">Ends all connections at once.</param>
    /// <exception cref="PgSslException">libpq would refuse the endpoint.</exception>
    public async Task<RootChangeEffect> RunAsync(
        PgEndpoint endpoint, string? rootCertificate, ConnectionEnvironment environment, CancellationToken cancellationToken)
    {
        ConnectionSettings before = endpoint.ResolveForAnyMode(environment);
        ConnectionSettings after = rootCertificate is null ? before : endpoint.With("sslrootcert", rootCertificate).ResolveForAnyMode(environment);
        var changes = new List<SslModeChange>();
        var unknown = new List<(string, PgSslException)>();
        foreach (ConnectionHost host in before.Hosts)
        {
            ServerFacts facts = await _tester
                .GatherAsync(endpoint.At(host), before, host, before.TimeoutOrDefault, cancellationToken).ConfigureAwait(false);
            if (facts.Tls is { Tls: null, Failure: { Error: not PgSslError.TlsNotOffered } failure })
                unknown.Add((facts.Endpoint, failure));
            facts = AsIfAdmitted(facts);
            changes.AddRange(SslModeChange.Between(_tester.Judge(facts, before), _tester.Judge(facts, after, _after)));
        }
        return new RootChangeEffect(changes, unknown);
    }

    /// <inheritdoc/>
    public void Dispose() => _tester.Dispose();

    /// <summary>
    /// The user who runs this need not be the one who connects. If the server refuses this role over every transport, it is judged as if it
    /// admitted the role.
    /// </summary>
    private static ServerFacts AsIfAdmitted(ServerFacts facts)
    {
        if (facts is not { Tls.Answer: StartupAnswer.Refused, Plaintext.Answer: StartupAnswer.Refused })
            return facts;
        var admitted = new StartupAnswer.Admitted("scram-sha-256", OffersChannelBinding: false);
        return facts with { Tls = facts.Tls with { Answer = admitted }, Plaintext = facts.Plaintext with { Answer = admitted } };
    }
}
