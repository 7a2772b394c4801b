using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.RootFiles;

namespace PgSsl.Providers;

/// <summary>What is to be said of a provider's roots, and why there are none, as sentences.</summary>
internal static class ProviderFailures
{
    public static PgSslException AccountRequired(Provider provider) => new(
        PgSslError.AccountRequired,
        $"{provider.Title} has no root that is the same for everybody: only its owner can download it. {provider.Instructions}",
        $"Then install the file: Install-PgRootCert root.pem. See {provider.DocumentationUrl}");

    public static PgSslException OnlySystem(Provider provider) => new(
        PgSslError.RootNotFound,
        $"{provider.Title} uses a public authority, and does not say which of its roots.",
        "Use sslrootcert=system (libpq 16 and newer), or install the root of a server that you have: " +
        "Get-PgServerCertificate HOST | Install-PgRootCert");

    public static PgSslException NotInSystem(Provider provider) => new(
        PgSslError.RootNotFound,
        $"The operating system's store has none of the roots of {provider.Title}: {string.Join(", ", provider.Roots.Select(root => root.Subject))}.",
        $"Update the system's roots (package ca-certificates), or download the root and install the file. See {provider.DocumentationUrl}");

    public static PgSslException NoRoot(Uri uri) => new(
        PgSslError.InvalidCertificateFile,
        $"What {uri} sent holds no root: nothing in it is self-signed.",
        "Download the root in a browser, check its fingerprint, and give the file.");

    public static PgSslException FingerprintMismatch(Provider provider, Uri uri, X509Certificate2 root) => new(
        PgSslError.FingerprintMismatch,
        $"No root at {uri} is one that this module knows of {provider.Title}: " +
        $"'{CertificateNames.Display(root)}' has the SHA-256 {Fingerprint.Of(root)}.",
        $"Nothing was taken from it. Where the provider has a new root, compare its fingerprint with {provider.DocumentationUrl} " +
        "and install the downloaded file; else somebody is in between.");

    public static string NotListedRemark(X509Certificate2 root) =>
        $"'{CertificateNames.Display(root)}' (SHA-256 {Fingerprint.Of(root)}) was left out: this module does not know it.";

    public static string NoFingerprintRemark(Provider provider, Uri uri) =>
        $"No fingerprint of {provider.Title} is known to this module: only https vouches for what {uri.Host} sent.";

    public static string SystemRemark(Provider provider) =>
        $"{provider.Title} uses a public authority: with libpq 16 and newer sslrootcert=system " +
        "does without a file, and follows the authority's changes.";
}
