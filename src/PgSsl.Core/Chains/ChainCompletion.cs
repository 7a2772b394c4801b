using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Connections;
using PgSsl.Downloads;
using PgSsl.Providers;
using PgSsl.RootFiles;

namespace PgSsl.Chains;

/// <summary>The completion of one chain: the certificates known so far, and what is done to find more.</summary>
internal sealed class ChainCompletion(ChainRequest request, CertificateDownloader? downloader)
{
    /// <summary>How many URLs of a chain's certificates are asked; each step up takes one.</summary>
    public const int MaximumFetches = 5;

    private const string SentByTheServer = "sent by the server";

    private readonly List<ChainCandidate> _found = Candidates(request.Served, ChainSource.Wire, SentByTheServer);
    private readonly HashSet<Uri> _asked = [];
    private readonly List<string> _failures = [];

    public async Task<CompletedChain> RunAsync(CancellationToken cancellationToken)
    {
        if (ParsedCertificate.Of(request.Served[0]) is null)
            return new CompletedChain(
                [new ChainMember(request.Served[0], ChainSource.Wire, SentByTheServer)],
                ChainFailures.Unreadable());
        if (FindInStores() is { } found)
            return found;
        if (await FindAtProviderAsync(cancellationToken).ConfigureAwait(false) is { } published)
            return published;
        while (true)
        {
            IReadOnlyList<ChainCandidate> path = Search(_found.Where(IsRoot), _found, out bool endsAtRoot);
            if (endsAtRoot)
                return Complete(path);
            if (!await FetchIssuerAsync(path[^1], cancellationToken).ConfigureAwait(false))
                return new CompletedChain(Members(path), ChainFailures.EndsBelowRoot(path[^1].Certificate, _failures, downloader is not null));
            // What was fetched may lead to a root that this machine has.
            if (FindInStores() is { } local)
                return local;
        }
    }

    private CompletedChain? FindInStores()
    {
        foreach (TrustStore store in request.Stores)
        {
            List<ChainCandidate> stored = Candidates(store.Certificates, SourceOf(store), store.Origin);
            IEnumerable<ChainCandidate> roots = stored.Where(candidate => candidate.Certificate.IsSelfSigned);
            IReadOnlyList<ChainCandidate> path = Search(roots, [.. _found, .. stored], out bool endsAtRoot);
            if (endsAtRoot)
                return Complete(path);
        }
        return null;
    }

    /// <summary>The catalogue knows a root that the server sent by its fingerprint, or the server's provider by its name.</summary>
    private async Task<CompletedChain?> FindAtProviderAsync(CancellationToken cancellationToken)
    {
        IEnumerable<ChainCandidate> published = _found.Where(IsRoot).Select(Published).OfType<ChainCandidate>();
        IReadOnlyList<ChainCandidate> path = Search(published, _found, out bool endsAtRoot);
        if (endsAtRoot)
            return Complete(path);
        if (downloader is null || request.HostName is not { } host || ProviderCatalogue.OfHost(host) is not { Kind: ProviderKind.Download } provider)
            return null;
        try
        {
            ProviderRootSet roots = await ProviderRoots
                .DownloadAsync(provider, provider.RegionOf(host), downloader, cancellationToken).ConfigureAwait(false);
            string origin = $"provider {provider.Name} ({roots.Origin})";
            path = Search(Candidates(roots.Certificates, ChainSource.Provider, origin), _found, out endsAtRoot);
            if (endsAtRoot)
                return Complete(path) with { Remarks = roots.Remarks };
            // A root that was left out may be the very one that is missing.
            if (provider.Roots.Count > 0)
                _failures.AddRange(roots.Remarks);
            return null;
        }
        catch (PgSslException failure)
        {
            _failures.Add(failure.Message);
            return null;
        }
    }

    private ChainCandidate? Published(ChainCandidate root) =>
        request.HostName is { } host && ProviderCatalogue.OfRoot(Fingerprint.Of(root.Certificate.Certificate), host) is { } provider
            ? root with { Source = ChainSource.Provider, Origin = $"provider {provider.Name} (its fingerprint)" }
            : null;

    /// <summary>Asks the URLs in a certificate for its issuer. False where there is no more to ask.</summary>
    private async Task<bool> FetchIssuerAsync(ChainCandidate subject, CancellationToken cancellationToken)
    {
        if (downloader is null)
            return false;
        DownloadRules rules = DownloadRules.Issuer with { MayAskThisMachine = request.IsServerOnThisMachine };
        foreach (Uri uri in IssuerUrls.Of(subject.Certificate.Certificate))
        {
            if (_asked.Count >= MaximumFetches)
                break;
            if (!_asked.Add(uri))
                continue;
            try
            {
                if (Add(await downloader.GetAsync(uri, rules, cancellationToken).ConfigureAwait(false), uri, subject.Certificate))
                    return true;
                _failures.Add($"What {uri} sent is not its issuer.");
            }
            catch (PgSslException failure)
            {
                _failures.Add(failure.Message);
            }
        }
        return false;
    }

    private bool Add(IEnumerable<X509Certificate2> fetched, Uri uri, ParsedCertificate subject)
    {
        List<ChainCandidate> candidates = Candidates(fetched, ChainSource.Aia, uri.AbsoluteUri)
            .FindAll(candidate => !_found.Exists(known => known.Certificate.IsSameAs(candidate.Certificate)));
        _found.AddRange(candidates);
        return candidates.Exists(candidate => candidate.Certificate.IsLikelyIssuerOf(subject));
    }

    private static List<ChainCandidate> Candidates(IEnumerable<X509Certificate2> certificates, ChainSource source, string origin) =>
        [.. certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>().Select(parsed => new ChainCandidate(parsed, source, origin))];

    private IReadOnlyList<ChainCandidate> Search(
        IEnumerable<ChainCandidate> roots, IEnumerable<ChainCandidate> intermediates, out bool endsAtRoot) =>
        PathSearch.Find(_found[0], roots, intermediates.Where(candidate => !candidate.Certificate.IsSelfSigned), request.At, out endsAtRoot);

    /// <summary>What nobody vouches for must at least have signed itself.</summary>
    private static bool IsRoot(ChainCandidate candidate) =>
        candidate.Certificate.IsSelfSigned && SignatureVerifier.Verify(candidate.Certificate, candidate.Certificate);

    /// <summary>A root of the server's or of a URL that the catalogue knows is the catalogue's.</summary>
    private CompletedChain Complete(IReadOnlyList<ChainCandidate> path)
    {
        ChainCandidate root = path[^1];
        ChainCandidate best = root.Source is ChainSource.Wire or ChainSource.Aia ? Published(root) ?? root : root;
        return new CompletedChain(Members([.. path.SkipLast(1), best]), null);
    }

    private static IReadOnlyList<ChainMember> Members(IReadOnlyList<ChainCandidate> path) => [.. path.Select(link => link.ToMember())];

    private static ChainSource SourceOf(TrustStore store) =>
        store.Origin == ConnectionSettings.SystemRoots ? ChainSource.System : ChainSource.RootFile;
}
