using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.RootCertificates.Chains;

namespace PgSsl.RootCertificates;

/// <summary>
/// Finds the root that a server's chain ends at. Trust never comes from the wire: a root that only the server sent, or a URL in its
/// certificate led to, needs a fingerprint that the user has from elsewhere.
/// </summary>
/// <param name="completer">Completes chains.</param>
/// <param name="fingerprints">The fingerprints that the user gave: SHA-256, upper-case hex; those of roots, or of self-signed servers.</param>
public sealed class ServedRootFinder(ChainCompleter completer, IReadOnlyCollection<string> fingerprints)
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
        ArgumentNullException.ThrowIfNull(request);
        CompletedChain chain = await completer.CompleteAsync(request, cancellationToken).ConfigureAwait(false);
        if (chain.Failure is { } failure)
            throw failure;
        var offer = new RootOffer([chain.Root!], chain.Members[^1].Origin)
        {
            IsServerCertificate = chain.Members.Count == 1,
            Remarks = chain.Remarks,
        };
        if (fingerprints.Count == 0 && !chain.IsRootVouchedFor)
            throw NotVouchedFor(chain, offer);
        return offer.Expect(fingerprints);
    }

    private static PgSslException NotVouchedFor(CompletedChain chain, RootOffer offer)
    {
        X509Certificate2 root = chain.Root!;
        string fingerprint = RootFile.FingerprintOf(root);
        string what = offer.IsServerCertificate ? "the server's self-signed certificate" : "root";
        return new PgSslException(
            PgSslError.RootNotVouchedFor,
            $"Nobody vouches for {what} '{CertificateNames.Display(root)}' (SHA-256 {fingerprint}): it is known only from where it came, {offer.Origin}.",
            $"Compare that fingerprint with one you have from who runs the {(offer.IsServerCertificate ? "server" : "CA")}, " +
            $"and if it is the same, add -Fingerprint {fingerprint}");
    }
}
