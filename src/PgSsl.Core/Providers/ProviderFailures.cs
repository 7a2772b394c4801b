using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Common;
using PgSsl.RootFiles;

namespace PgSsl.Providers;

/// <summary>What the user should know about a provider's roots, and why there are none, as sentences.</summary>
internal static class ProviderFailures
{
    public static PgSslException AccountRequired(Provider provider) => new(
        PgSslError.AccountRequired,
        $"{provider.Title} has a different root for each owner, and only the owner can download it. {provider.Instructions}",
        $"Then install the file: Install-PgRootCert root.pem. See {provider.DocumentationUrl}");

    public static PgSslException OnlySystem(Provider provider) => new(
        PgSslError.RootNotFound,
        $"{provider.Title} uses a public authority, but does not say which of its roots.",
        "Use sslrootcert=system (libpq 16 and newer), or install the root of one of your servers: " +
        "Get-PgServerCertificate HOST | Install-PgRootCert");

    public static PgSslException NotInSystem(Provider provider) => new(
        PgSslError.RootNotFound,
        $"The operating system's store has none of the roots of {provider.Title}: {string.Join(", ", provider.Roots.Select(root => root.Subject))}.",
        $"Update the system's roots ({SystemWords.Here.SourceOfRoots}), or download the root and install the file. See {provider.DocumentationUrl}");

    public static PgSslException NoRoot(Uri uri) => new(
        PgSslError.InvalidCertificateFile,
        $"The answer of {uri} holds no root, because no certificate in it is self-signed.",
        "Download the root in a browser, check its fingerprint, and give the file.");

    public static PgSslException FingerprintMismatch(Provider provider, Uri uri, X509Certificate2 root) => new(
        PgSslError.FingerprintMismatch,
        $"No root at {uri} is one that this module knows of {provider.Title}: " +
        $"'{CertificateNames.Display(root)}' has the SHA-256 {Fingerprint.Of(root)}.",
        $"Nothing was installed. If the provider has a new root, compare its fingerprint with {provider.DocumentationUrl} " +
        "and install the downloaded file; if not, somebody may be intercepting the connection.");

    public static string NotListedRemark(X509Certificate2 root) =>
        $"'{CertificateNames.Display(root)}' (SHA-256 {Fingerprint.Of(root)}) was left out, because this module does not know it.";

    public static string NoFingerprintRemark(Provider provider, Uri uri) =>
        $"This module knows no fingerprint of {provider.Title}, so only https vouches for what {uri.Host} sent.";

    public static string SystemRemark(Provider provider) =>
        $"{provider.Title} uses a public authority: with libpq 16 and newer, sslrootcert=system needs no file, " +
        "and follows the authority's changes.";
}
