using PgSsl.Certificates;

namespace PgSsl.Chains;

/// <summary>Why a chain ends below a root, as sentences.</summary>
internal static class ChainFailures
{
    public static PgSslException Unreadable() => new(
        PgSslError.ChainIncomplete,
        "The server's certificate cannot be read well enough to look for its issuer.",
        "Look at it with: openssl x509 -text");

    public static PgSslException EndsBelowRoot(ParsedCertificate last, IReadOnlyList<string> failures, bool mayFetch)
    {
        string issuer = CertificateNames.Display(last.Issuer);
        string named = mayFetch && failures.Count == 0 ? ", and the certificate names no URL to fetch it from" : "";
        string why = failures.Count == 0 ? "" : " " + string.Join(" ", failures);
        return new PgSslException(
            PgSslError.ChainIncomplete,
            $"The chain ends at '{last.Name}': its issuer '{issuer}' was not sent, and is not among the roots here{named}.{why}",
            "Get the root from whoever runs the server, and give it with -RootCertificate.");
    }
}
