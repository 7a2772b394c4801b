using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>The URLs that a certificate names for its issuer (RFC 5280 4.2.2.1, authorityInfoAccess, caIssuers).</summary>
internal static class IssuerUrls
{
    /// <summary>The http and https URLs; LDAP, files and other URLs are left out.</summary>
    public static IReadOnlyList<Uri> Of(X509Certificate2 certificate)
    {
        try
        {
            return [.. certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>()
                .SelectMany(extension => extension.EnumerateCAIssuersUris())
                .Select(text => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : null)
                .OfType<Uri>()
                .Where(uri => uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)];
        }
        catch (CryptographicException)
        {
            // An extension that cannot be read names nothing.
            return [];
        }
    }
}
