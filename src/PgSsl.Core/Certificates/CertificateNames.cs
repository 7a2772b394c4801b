using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Common;

namespace PgSsl.Certificates;

/// <summary>The names in a certificate, as text.</summary>
internal static class CertificateNames
{
    /// <summary>
    /// The subject alternative names in the order of the certificate: <c>DNS:db1</c>, <c>IP:10.0.0.1</c>, <c>email:…</c>,
    /// <c>URI:…</c>. Empty where there are none or where they cannot be read.
    /// </summary>
    public static IReadOnlyList<string> SubjectAlternativeNames(X509Certificate2 certificate) =>
        [.. (ParsedCertificate.Of(certificate)?.Extensions.SubjectAlternativeNames ?? []).Select(name => name.ToString())];

    /// <summary>The certificate's name for a message: its first common name, else its whole subject.</summary>
    public static string Display(X509Certificate2 certificate) =>
        ParsedCertificate.Of(certificate)?.Name ?? certificate.Subject;

    /// <summary>The issuer's name for a message: its first common name, else the whole name.</summary>
    public static string IssuerDisplay(X509Certificate2 certificate) =>
        ParsedCertificate.Of(certificate) is { } parsed ? Display(parsed.Issuer) : certificate.Issuer;

    internal static string Display(DistinguishedName name)
    {
        string text = name.AttributesOf(Oids.CommonName).FirstOrDefault()?.Text
            ?? string.Join(", ", name.Attributes.Select(attribute => attribute.Text));
        return text.Length == 0 ? "(no name)" : PrintableText.Of(text);
    }
}
