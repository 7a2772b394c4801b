using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.Server.Live;

/// <summary>What a server answers to clients that ask for TLS, at each of its addresses that can be reached from here.</summary>
/// <param name="server">The server.</param>
internal sealed class ServedCertificates(LiveServer server)
{
    // The postmaster reads its files within milliseconds after the signal; on a busy machine it takes longer.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    // One more may be on its way when the reload comes.
    private const int MostRefusals = 2;

    /// <summary>What answered before the change: it has to answer afterwards.</summary>
    public IReadOnlyList<ServedAt> Before { get; init; } = [];

    /// <summary>
    /// When the server had loaded its configuration before the change. Once that is another time, and each address that served TLS refuses it, a
    /// further wait shows nothing else, and costs clients their connections; null to wait in spite of it.
    /// </summary>
    public DateTime? LoadedBefore { get; init; }

    // Resolved once, however often the server is asked.
    private IReadOnlyList<(ConnectionHost Host, IPAddress? Address)>? _addresses;

    /// <summary>Asks each address once. Addresses at which nothing listens are left out.</summary>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        var seen = new List<ServedAt>();
        _addresses ??= await FindAddressesAsync(cancellationToken).ConfigureAwait(false);
        foreach ((ConnectionHost host, IPAddress? address) in _addresses)
        {
            // SSLRequest, whatever the settings say: every server that does direct TLS knows it too, and it can be answered with "no".
            ProbeRequest request = ProbeRequest.ForTls(server.Settings, host, server.Timeout) with
            {
                Address = address,
                Negotiation = SslNegotiation.Postgres,
            };
            ConnectionFacts facts = await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
            if (facts.Stage != ProbeStage.None)
                seen.Add(new ServedAt(host, facts));
        }
        return seen;
    }

    /// <summary>
    /// Waits until every address serves one certificate. On Unix a server loads its files once; on Windows each new connection reads them.
    /// </summary>
    /// <param name="fingerprint">SHA-256 of the certificate, upper-case hex; null to wait until TLS is refused everywhere.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The proof <c>Wire</c>; not made if no address can be reached from here.</returns>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.CertificateNotServed"/>: it did not happen in time, or an address of <see cref="Before"/> does not answer; the message
    /// says what was seen.
    /// </exception>
    public Task<Proof> WaitAsync(string? fingerprint, CancellationToken cancellationToken) => WaitAsync(
        seen => seen.Is(fingerprint), fingerprint is null ? "but TLS should be off" : $"and not the certificate {fingerprint}", cancellationToken);

    /// <summary>Waits until every address answers as it should.</summary>
    /// <param name="isWanted">Whether an answer is as it should be.</param>
    /// <param name="expectation">What was expected, as the end of a sentence that says what was seen.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The proof <c>Wire</c>; not made if no address can be reached from here.</returns>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.CertificateNotServed"/>: it did not happen in time, or an address of <see cref="Before"/> does not answer; the message
    /// says what was seen.
    /// </exception>
    public async Task<Proof> WaitAsync(Func<ServedAt, bool> isWanted, string expectation, CancellationToken cancellationToken)
    {
        int refusals = 0;
        IReadOnlyList<ServedAt> seen = await Poll.UntilAsync(
            ReloadTimeout, LookAsync, answers => (answers.All(isWanted) && ServedAt.FindSilent(Before, answers) is null) || refusals == MostRefusals,
            cancellationToken).ConfigureAwait(false);
        if (ServedAt.FindSilent(Before, seen) is { } silent)
            throw silent.AsFailure();
        if (seen.Count == 0)
            return new Proof("Wire", ProofState.NotMade, "the server does not answer over TCP, so there was nothing to check on the network.");
        return seen.FirstOrDefault(answer => !isWanted(answer)) is not { } other
            ? new Proof("Wire", ProofState.Proven, string.Join("; ", seen.Select(answer => answer.ToString())) + ".")
            : throw new PgSslException(
                PgSslError.CertificateNotServed, $"{other}, {expectation}.",
                "Look into the server's log for \"SSL configuration was not reloaded\" and what comes before it.");

        // The order counts: the reload is over before the handshakes.
        async Task<IReadOnlyList<ServedAt>> LookAsync()
        {
            bool isLoaded = LoadedBefore is { } before
                && await ReadLoadTimeAsync(server.Session, cancellationToken).ConfigureAwait(false) is { } now && now != before;
            IReadOnlyList<ServedAt> answers = await ObserveAsync(cancellationToken).ConfigureAwait(false);
            refusals = isLoaded && AreRefusals(answers) ? refusals + 1 : 0;
            return answers;
        }
    }

    /// <summary>When a server loaded its configuration, as its session sees it (pg_conf_load_time); null if the session broke.</summary>
    public static async Task<DateTime?> ReadLoadTimeAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.QueryAsync("SELECT pg_conf_load_time() AS loaded", null, cancellationToken).ConfigureAwait(false))
                .Only().GetTime("loaded")?.UtcDateTime;
        }
        catch (PgSslException)
        {
            // What the addresses answer says more.
            return null;
        }
    }

    /// <summary>Whether every address that served TLS before refuses it. A connection that merely ends may be one of a server that is busy.</summary>
    private bool AreRefusals(IReadOnlyList<ServedAt> answers)
    {
        ServedAt[] old = [.. Before.Where(answer => answer.Facts.Tls is not null)];
        return old.Length > 0 && old.All(one => answers.Any(answer => answer.IsRefusalAt(one)));
    }

    // A name may have several addresses, and perhaps only some of them lead to the server that was changed.
    private async Task<IReadOnlyList<(ConnectionHost Host, IPAddress? Address)>> FindAddressesAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ConnectionHost Host, IPAddress? Address)>();
        foreach (ServerRoute route in server.Routes)
            foreach (IPAddress address in await ServerProbe.ResolveAsync(route.Host, server.Timeout, cancellationToken).ConfigureAwait(false))
                if (!found.Exists(known => address.Equals(known.Address) && known.Host.Port == route.Host.Port))
                    found.Add((route.Host, address));
        return found;
    }
}

/// <summary>What one address of a server answered to a client that asks for TLS.</summary>
/// <param name="Host">The server, as it was named.</param>
/// <param name="Facts">What was seen.</param>
internal sealed record ServedAt(ConnectionHost Host, ConnectionFacts Facts)
{
    /// <summary>SHA-256 of the certificate that is served, upper-case hex; null where there is no TLS.</summary>
    public string? Fingerprint => Facts.Tls is { } tls ? Certificates.Fingerprint.Of(tls.Chain[0]) : null;

    /// <summary>Whether it serves this certificate; for null, whether it does no TLS.</summary>
    public bool Is(string? fingerprint) => fingerprint is null ? Facts.Failure?.Error == PgSslError.TlsNotOffered : Fingerprint == fingerprint;

    /// <summary>Whether it sends these certificates, in this order; more may follow.</summary>
    public bool Sends(IReadOnlyList<X509Certificate2> chain) => Facts.Tls is { } tls
        && tls.Chain.Count >= chain.Count
        && tls.Chain.Zip(chain).All(pair => pair.First.RawDataMemory.Span.SequenceEqual(pair.Second.RawDataMemory.Span));

    /// <summary>Whether TLS, or the handshake, is refused at the place of another answer.</summary>
    public bool IsRefusalAt(ServedAt other) => Place == other.Place && Facts.Failure
        is { Error: PgSslError.TlsNotOffered } or { Error: PgSslError.TlsHandshakeFailed, InnerException: AuthenticationException };

    /// <summary>The first address that answered before and does not answer now; null if all do.</summary>
    public static ServedAt? FindSilent(IReadOnlyList<ServedAt> before, IReadOnlyList<ServedAt> now) =>
        before.FirstOrDefault(old => !now.Any(answer => answer.Place == old.Place));

    /// <summary>The error for an address that does not answer any more.</summary>
    public PgSslException AsFailure() => new(
        PgSslError.CertificateNotServed, $"{Place} answered before the change, and does not answer after it.",
        "Check whether the server still runs; its log says why it does not.");

    /// <summary>In words: <c>127.0.0.1:5432 serves CN=db1 (2F0C…) over TLSv1.3</c>.</summary>
    public override string ToString() => $"{Place} " + Facts switch
    {
        { Tls: { } tls } => $"serves {tls.Chain[0].Subject} ({Fingerprint}) over {tls.Protocol}",
        { Failure.Error: PgSslError.TlsNotOffered } => "does no TLS",
        _ => $"does no TLS: {Facts.Failure?.Message.TrimEnd('.')}",
    };

    private string Place => Facts.Address is { } address ? new IPEndPoint(address, Host.Port).ToString() : Host.ToString();
}
