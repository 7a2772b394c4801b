using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Connections;
using PgSsl.Downloads;
using PgSsl.Providers;
using PgSsl.RootFiles;

namespace PgSsl.Chains;

/// <summary>The completion of one chain: the certificates found so far, and the search for more.</summary>
internal sealed class ChainCompletion(ChainRequest request, CertificateDownloader? downloader)
{
    /// <summary>How many URLs are asked for one chain; each step up takes one.</summary>
    public const int MaximumFetches = 5;

    private const string SentByTheServer = "sent by the server";

    private readonly List<ChainMember> _found = Members(request.Served, ChainSource.Wire, SentByTheServer);
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
            IReadOnlyList<ChainMember> path = Search(_found.Where(IsRoot), _found, out bool endsAtRoot);
            if (endsAtRoot)
                return Complete(path);
            if (!await FetchIssuerAsync(path[^1], cancellationToken).ConfigureAwait(false))
                return new CompletedChain(path, ChainFailures.EndsBelowRoot(path[^1].Parsed, _failures, downloader is not null));
            // The fetched certificate may lead to a root that this machine has.
            if (FindInStores() is { } local)
                return local;
        }
    }

    private CompletedChain? FindInStores()
    {
        foreach (TrustStore store in request.Stores)
        {
            List<ChainMember> stored = Members(store.Certificates, SourceOf(store), store.Origin);
            IReadOnlyList<ChainMember> path = Search(stored.Where(member => member.Parsed.IsSelfSigned), [.. _found, .. stored], out bool endsAtRoot);
            if (endsAtRoot)
                return Complete(path);
        }
        return null;
    }

    /// <summary>Asks the catalogue: it knows roots by their fingerprints, and the server's provider by the server's name.</summary>
    private async Task<CompletedChain?> FindAtProviderAsync(CancellationToken cancellationToken)
    {
        IEnumerable<ChainMember> published = _found.Where(IsRoot).Select(Published).OfType<ChainMember>();
        IReadOnlyList<ChainMember> path = Search(published, _found, out bool endsAtRoot);
        if (endsAtRoot)
            return Complete(path);
        if (downloader is null || request.HostName is not { } host || ProviderCatalogue.OfHost(host) is not { Kind: ProviderKind.Download } provider)
            return null;
        try
        {
            RootOffer roots = await ProviderRoots
                .DownloadAsync(provider, provider.RegionOf(host), downloader, cancellationToken).ConfigureAwait(false);
            string origin = $"provider {provider.Name} ({roots.Origin})";
            path = Search(Members(roots.Certificates, ChainSource.Provider, origin), _found, out endsAtRoot);
            if (endsAtRoot)
                return Complete(path) with { Remarks = roots.Remarks };
            // A root that was left out may be exactly the missing one.
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

    private ChainMember? Published(ChainMember root) =>
        request.HostName is { } host && ProviderCatalogue.OfRoot(Fingerprint.Of(root.Certificate), host) is { } provider
            ? root with { Source = ChainSource.Provider, Origin = $"provider {provider.Name} (its fingerprint)" }
            : null;

    /// <summary>Fetches a certificate's issuer from the URLs that it names. False if no URL is left.</summary>
    private async Task<bool> FetchIssuerAsync(ChainMember subject, CancellationToken cancellationToken)
    {
        if (downloader is null)
            return false;
        DownloadRules rules = DownloadRules.Issuer with { MayAskThisMachine = request.IsServerOnThisMachine };
        foreach (Uri uri in IssuerUrls.Of(subject.Certificate))
        {
            if (_asked.Count >= MaximumFetches)
                break;
            if (!_asked.Add(uri))
                continue;
            try
            {
                if (Add(await downloader.GetAsync(uri, rules, cancellationToken).ConfigureAwait(false), uri, subject.Parsed))
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
        List<ChainMember> added = Members(fetched, ChainSource.Aia, uri.AbsoluteUri)
            .FindAll(member => !_found.Exists(known => known.Parsed.IsSameAs(member.Parsed)));
        _found.AddRange(added);
        return added.Exists(member => member.Parsed.IsLikelyIssuerOf(subject));
    }

    private static List<ChainMember> Members(IEnumerable<X509Certificate2> certificates, ChainSource source, string origin) =>
    [
        .. certificates.Where(certificate => ParsedCertificate.Of(certificate) is not null)
            .Select(certificate => new ChainMember(certificate, source, origin)),
    ];

    private IReadOnlyList<ChainMember> Search(IEnumerable<ChainMember> roots, IEnumerable<ChainMember> intermediates, out bool endsAtRoot) =>
        PathSearch.Find(_found[0], roots, intermediates.Where(member => !member.Parsed.IsSelfSigned), request.At, out endsAtRoot);

    /// <summary>A root that nobody vouches for must at least have signed itself.</summary>
    private static bool IsRoot(ChainMember member) => RootAnchors.IsAnchor(member.Parsed);

    /// <summary>If the catalogue knows a root that the server or a URL sent, the catalogue is named as its source.</summary>
    private CompletedChain Complete(IReadOnlyList<ChainMember> path)
    {
        ChainMember root = path[^1];
        ChainMember best = root.Source is ChainSource.Wire or ChainSource.Aia ? Published(root) ?? root : root;
        return new CompletedChain([.. path.SkipLast(1), best], null);
    }

    private static ChainSource SourceOf(TrustStore store) =>
        store.Origin == ConnectionSettings.SystemRoots ? ChainSource.System : ChainSource.RootFile;
}
