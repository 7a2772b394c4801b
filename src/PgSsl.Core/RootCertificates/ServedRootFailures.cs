using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>Why nobody vouches for the root at the end of a server's chain, as sentences.</summary>
internal static class ServedRootFailures
{
    public static PgSslException OnlyServed(RootOffer offer)
    {
        string what = offer.IsServerCertificate ? "the server's self-signed certificate" : "root";
        return NotVouchedFor(offer, $"Nobody vouches for {what} {Describe(offer)}: only its origin is known: {offer.Origin}.");
    }

    public static PgSslException OtherHost(RootOffer offer, NameVerdict names, string? host)
    {
        string named = names switch
        {
            { FirstName: null } => "no host",
            { NamesExamined: > 1 } => $"\"{names.FirstName}\" and others",
            _ => $"\"{names.FirstName}\"",
        };
        string what = string.IsNullOrEmpty(host)
            ? "It is not known which host was asked for"
            : $"The server's certificate names {named}, not \"{host}\", the host that was asked for";
        return NotVouchedFor(
            offer,
            $"{what}. Its root {Describe(offer)} is known here from {offer.Origin}, but that does not vouch for this server, " +
            "because others have certificates below that root too.",
            "If the certificate is the right one, ask for the server by a name in it. Else: ");
    }

    public static PgSslException Unverified(RootOffer offer, ChainVerdict verdict) => NotVouchedFor(
        offer,
        $"The server's certificate does not verify with its root {Describe(offer)}, which is known here from {offer.Origin}: " +
        $"{verdict.Reason.TrimEnd('.')}.");

    private static PgSslException NotVouchedFor(RootOffer offer, string message, string remedy = "") => new(
        PgSslError.RootNotVouchedFor,
        message,
        $"{remedy}Compare that fingerprint with one from whoever runs the {(offer.IsServerCertificate ? "server" : "CA")}. " +
        $"If it is the same, add -Fingerprint {Fingerprint.Of(offer.Certificates[0])}");

    private static string Describe(RootOffer offer) =>
        $"'{CertificateNames.Display(offer.Certificates[0])}' (SHA-256 {Fingerprint.Of(offer.Certificates[0])})";
}
