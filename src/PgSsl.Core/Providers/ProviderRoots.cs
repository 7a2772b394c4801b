using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Downloads;
using PgSsl.RootFiles;

namespace PgSsl.Providers;

/// <summary>Gets the roots of a provider's servers.</summary>
internal static class ProviderRoots
{
    /// <summary>
    /// Gets the roots: those of a public authority from the operating system's store, those that the provider publishes from its website,
    /// checked against the catalogue.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="region">Only that region's roots, for a provider with regions; null for all.</param>
    /// <param name="system">The operating system's roots.</param>
    /// <param name="downloader">Fetches what is published.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.AccountRequired"/>, <see cref="PgSslError.RootNotFound"/>,
    /// <see cref="PgSslError.DownloadFailed"/>, <see cref="PgSslError.FingerprintMismatch"/> …</exception>
    public static async Task<RootOffer> GetAsync(
        Provider provider, string? region, TrustStore system, CertificateDownloader downloader, CancellationToken cancellationToken) =>
        provider.Kind switch
        {
            ProviderKind.Public => FindInSystem(provider, region, system),
            ProviderKind.Download => await DownloadAsync(provider, region, downloader, cancellationToken).ConfigureAwait(false),
            _ => throw ProviderFailures.AccountRequired(provider),
        };

    internal static async Task<RootOffer> DownloadAsync(
        Provider provider, string? region, CertificateDownloader downloader, CancellationToken cancellationToken)
    {
        Uri uri = provider.UrlFor(region);
        IReadOnlyList<X509Certificate2> certificates = await downloader.GetAsync(uri, DownloadRules.Bundle, cancellationToken).ConfigureAwait(false);
        List<X509Certificate2> roots = [.. certificates.Where(IsRoot).DistinctBy(Fingerprint.Of)];
        if (roots.Count == 0)
            throw ProviderFailures.NoRoot(uri);
        if (provider.Roots.Count == 0)
            return new RootOffer(roots, uri.AbsoluteUri) { Remarks = [ProviderFailures.NoFingerprintRemark(provider, uri)] };
        ILookup<bool, X509Certificate2> byListed = roots.ToLookup(root => provider.RootOf(Fingerprint.Of(root)) is not null);
        if (!byListed[true].Any())
            throw ProviderFailures.FingerprintMismatch(provider, uri, roots[0]);
        return new RootOffer([.. byListed[true]], uri.AbsoluteUri) { Remarks = [.. byListed[false].Select(ProviderFailures.NotListedRemark)] };
    }

    private static bool IsRoot(X509Certificate2 certificate) => ParsedCertificate.Of(certificate) is { IsSelfSigned: true };

    private static RootOffer FindInSystem(Provider provider, string? region, TrustStore system)
    {
        if (region is not null)
            provider.UrlFor(region);
        if (provider.Roots.Count == 0)
            throw ProviderFailures.OnlySystem(provider);
        List<X509Certificate2> roots = [.. system.Certificates.Where(root => provider.RootOf(Fingerprint.Of(root)) is not null)];
        if (roots.Count == 0)
            throw ProviderFailures.NotInSystem(provider);
        return new RootOffer(roots, system.Origin) { Remarks = [ProviderFailures.SystemRemark(provider)] };
    }
}
