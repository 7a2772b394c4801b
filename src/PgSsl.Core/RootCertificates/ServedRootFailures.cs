using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>Why a root that a server's chain ends at is not vouched for, as sentences.</summary>
internal static class ServedRootFailures
{
    public static PgSslException OnlyServed(RootOffer offer)
    {
        string what = offer.IsServerCertificate ? "the server's self-signed certificate" : "root";
        return NotVouchedFor(offer, $"Nobody vouches for {what} {Describe(offer)}: it is known only from where it came, {offer.Origin}.");
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
            ? "Which host was asked for is not known"
            : $"The server's certificate names {named}, not the host that was asked for, \"{host}\"";
        return NotVouchedFor(
            offer,
            $"{what}: that its root {Describe(offer)} is known here, from {offer.Origin}, " +
            "does not vouch for this server, as others have certificates below that root too.",
            "Ask for the server by a name in its certificate, if that is the right one. Else: ");
    }

    public static PgSslException Unverified(RootOffer offer, ChainVerdict verdict) => NotVouchedFor(
        offer,
        $"The server's certificate does not verify with its root {Describe(offer)}, known here from {offer.Origin}: {verdict.Reason.TrimEnd('.')}.");

    private static PgSslException NotVouchedFor(RootOffer offer, string message, string remedy = "") => new(
        PgSslError.RootNotVouchedFor,
        message,
        $"{remedy}Compare that fingerprint with one you have from who runs the {(offer.IsServerCertificate ? "server" : "CA")}, " +
        $"and if it is the same, add -Fingerprint {Fingerprint.Of(offer.Certificates[0])}");

    private static string Describe(RootOffer offer) =>
        $"'{CertificateNames.Display(offer.Certificates[0])}' (SHA-256 {Fingerprint.Of(offer.Certificates[0])})";
}
