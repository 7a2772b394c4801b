using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.Server.Live;

/// <summary>What a server answers to clients that want TLS, at each of its addresses that can be reached from here.</summary>
/// <param name="server">The server.</param>
internal sealed class ServedCertificates(LiveServer server)
{
    // The postmaster reads its files within milliseconds of the signal; a busy machine gets its time.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    // Looked up once, however often they are looked at.
    private IReadOnlyList<(ConnectionHost Host, IPAddress? Address)>? _addresses;

    /// <summary>One look at each address. Addresses at which nothing listens are left out.</summary>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        var seen = new List<ServedAt>();
        _addresses ??= await FindAddressesAsync(cancellationToken).ConfigureAwait(false);
        foreach ((ConnectionHost host, IPAddress? address) in _addresses)
        {
            // SSLRequest, whatever the settings say: every server that does direct TLS knows it too, and it can be answered by a no.
            ProbeRequest request = ProbeRequest.ForTls(server.Settings, host, server.Timeout) with { Address = address, Negotiation = SslNegotiation.Postgres };
            ConnectionFacts facts = await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
            if (facts.Stage != ProbeStage.None)
                seen.Add(new ServedAt(host, facts));
        }
        return seen;
    }

    /// <summary>
    /// Waits until every address serves one certificate. A server on Unix takes over all of it at once; on Windows each new connection
    /// reads the files.
    /// </summary>
    /// <param name="fingerprint">SHA-256 of the certificate, upper-case hex; null: until TLS is refused everywhere.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The proof <c>Wire</c>; not made where nothing listens that can be reached from here.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.CertificateNotServed"/>: it did not happen in time; says what was seen.</exception>
    public Task<Proof> WaitAsync(string? fingerprint, CancellationToken cancellationToken) => WaitAsync(
        seen => seen.Is(fingerprint), fingerprint is null ? "where TLS was to be off" : $"and not the certificate {fingerprint}", cancellationToken);

    /// <summary>Waits until every address answers as it should.</summary>
    /// <param name="isWanted">Whether an answer is as it should be.</param>
    /// <param name="expectation">What was expected, as the end of a sentence that says what was seen.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The proof <c>Wire</c>; not made where nothing listens that can be reached from here.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.CertificateNotServed"/>: it did not happen in time; says what was seen.</exception>
    public async Task<Proof> WaitAsync(Func<ServedAt, bool> isWanted, string expectation, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedAt> seen = await Poll.UntilAsync(
            ReloadTimeout, () => ObserveAsync(cancellationToken), answers => answers.All(isWanted), cancellationToken).ConfigureAwait(false);
        if (seen.Count == 0)
            return new Proof("Wire", ProofState.NotMade, "the server does not answer over TCP, so there was nothing to check on the network.");
        return seen.FirstOrDefault(answer => !isWanted(answer)) is not { } other
            ? new Proof("Wire", ProofState.Proven, string.Join("; ", seen.Select(answer => answer.ToString())) + ".")
            : throw new PgSslException(
                PgSslError.CertificateNotServed, $"{other}, {expectation}.",
                "Look into the server's log for \"SSL configuration was not reloaded\" and what comes before it.");
    }

    // A name may have several addresses, and only some of them lead to where the change was made.
    private async Task<IReadOnlyList<(ConnectionHost Host, IPAddress? Address)>> FindAddressesAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ConnectionHost Host, IPAddress? Address)>();
        foreach (ServerRoute way in server.Routes)
            foreach (IPAddress address in await ServerProbe.ResolveAsync(way.Host, server.Timeout, cancellationToken).ConfigureAwait(false))
                if (!found.Exists(one => address.Equals(one.Address)))
                    found.Add((way.Host, address));
        return found;
    }
}

/// <summary>What one address of a server answered to a client that wants TLS.</summary>
/// <param name="Host">The server, as it was named.</param>
/// <param name="Facts">What was seen.</param>
internal sealed record ServedAt(ConnectionHost Host, ConnectionFacts Facts)
{
    /// <summary>SHA-256 of the certificate that is served, upper-case hex; null where there is no TLS.</summary>
    public string? Fingerprint => Facts.Tls is { } tls ? Certificates.Fingerprint.Of(tls.Chain[0]) : null;

    /// <summary>Whether this is the certificate, or, for null, no TLS.</summary>
    public bool Is(string? fingerprint) => fingerprint is null ? Facts.Failure?.Error == PgSslError.TlsNotOffered : Fingerprint == fingerprint;

    /// <summary>Whether these certificates are sent, in this order; more may follow them.</summary>
    public bool Sends(IReadOnlyList<X509Certificate2> chain) => Facts.Tls is { } tls
        && tls.Chain.Count >= chain.Count
        && tls.Chain.Zip(chain).All(pair => pair.First.RawDataMemory.Span.SequenceEqual(pair.Second.RawDataMemory.Span));

    /// <summary>In words: <c>127.0.0.1:5432 serves CN=db1 (2F0C…) over TLSv1.3</c>.</summary>
    public override string ToString() => $"{Place} " + Facts switch
    {
        { Tls: { } tls } => $"serves {tls.Chain[0].Subject} ({Fingerprint}) over {tls.Protocol}",
        { Failure.Error: PgSslError.TlsNotOffered } => "does no TLS",
        _ => $"does no TLS: {Facts.Failure?.Message.TrimEnd('.')}",
    };

    private string Place => Facts.Address is { } address ? new IPEndPoint(address, Host.Port).ToString() : Host.ToString();
}
