using PgSsl.Downloads;

namespace PgSsl.Chains;

/// <summary>
/// Completes the chains that servers send, up to a self-signed root: first with the roots of this machine, then with those that a provider
/// publishes, last with those that the server sends or that the URLs in its certificates lead to. One object serves a whole run.
/// </summary>
/// <param name="downloader">Fetches what this machine does not have; null to fetch nothing.</param>
internal sealed class ChainCompleter(CertificateDownloader? downloader)
{
    /// <summary>Completes one chain. Certificates that do not belong to it are left out, and none is in it twice.</summary>
    /// <remarks>
    /// Order of the roots: <see cref="ChainRequest.Stores"/>, the catalogue, the server itself, the certificates' URLs. A root that the
    /// server sent and a store holds as well counts as the store's.
    /// </remarks>
    /// <param name="request">The chain, and the roots of this machine.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public Task<CompletedChain> CompleteAsync(ChainRequest request, CancellationToken cancellationToken) =>
        new ChainCompletion(request, downloader).RunAsync(cancellationToken);
}
