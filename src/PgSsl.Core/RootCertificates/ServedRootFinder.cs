using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Chains;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>
/// Finds the root at the end of a server's chain. Trust never comes from the wire: a root that only the server sent, or that a URL in its
/// certificate leads to, needs a fingerprint that the user has from elsewhere. So does a root that the operating system or the catalogue
/// knows, if the certificate below it is not this server's.
/// </summary>
/// <param name="completer">Completes chains.</param>
/// <param name="fingerprints">The fingerprints that the user gave: SHA-256, upper-case hex; those of roots, or of self-signed servers.</param>
internal sealed class ServedRootFinder(ChainCompleter completer, IReadOnlyCollection<string> fingerprints)
{
    /// <summary>Finds the root of one chain.</summary>
    /// <param name="request">The chain as sent, and the roots of this machine.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ChainIncomplete"/>; <see cref="PgSslError.RootNotVouchedFor"/>, which names the root and its fingerprint;
    /// <see cref="PgSslError.FingerprintMismatch"/>.
    /// </exception>
    public async Task<RootOffer> FindAsync(ChainRequest request, CancellationToken cancellationToken)
    {
        CompletedChain chain = await completer.CompleteAsync(request, cancellationToken).ConfigureAwait(false);
        if (chain.Failure is { } failure)
            throw failure;
        var offer = new RootOffer([chain.Root!], chain.Members[^1].Origin)
        {
            IsServerCertificate = chain.Members.Count == 1,
            Remarks = chain.Remarks,
        };
        if (fingerprints.Count == 0 && Objection(chain, request, offer) is { } objection)
            throw objection;
        return offer.Expect(fingerprints);
    }

    private static PgSslException? Objection(CompletedChain chain, ChainRequest request, RootOffer offer) => chain.RootSource switch
    {
        ChainSource.RootFile => null,
        ChainSource.System or ChainSource.Provider => ObjectionToServer(chain, request, offer),
        _ => ServedRootFailures.OnlyServed(offer),
    };

    /// <summary>
    /// Anybody can get a certificate below a public root. So only a valid certificate for this very host shows that the root belongs to this
    /// server, and not to somebody in between.
    /// </summary>
    private static PgSslException? ObjectionToServer(CompletedChain chain, ChainRequest request, RootOffer offer)
    {
        NameVerdict names = HostNameVerifier.Verify(request.Served[0], request.HostName ?? "");
        if (!names.Matches)
            return ServedRootFailures.OtherHost(offer, names, request.HostName);
        ChainVerdict verdict = ChainVerifier.Verify(
            [.. chain.Members.Select(member => member.Certificate)], TrustStore.FromCertificates(offer.Certificates, offer.Origin), request.At);
        return verdict.IsValid ? null : ServedRootFailures.Unverified(offer, verdict);
    }
}
