using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>Which of the certificates offered are to be trusted, and why the others are left out.</summary>
/// <param name="Accepted">To be added, in the order given.</param>
/// <param name="LeftOut">Why each of the others is not, a sentence each.</param>
internal sealed record RootCandidates(IReadOnlyList<X509Certificate2> Accepted, IReadOnlyList<string> LeftOut)
{
    /// <summary>
    /// Chooses the roots. What is no root is left out where its root is offered too, or is in the file already; what is expired is left
    /// out where another root remains.
    /// </summary>
    /// <param name="offered">The certificates offered, with or without the intermediates around them.</param>
    /// <param name="present">The certificates in the file already.</param>
    /// <param name="options">What may be accepted beyond roots.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <exception cref="PgSslException">
    /// NotARootCertificate: a leaf or an intermediate without its root, or no CA. CertificateNotValid: none of the roots is valid now.
    /// </exception>
    public static RootCandidates Select(
        IEnumerable<X509Certificate2> offered, IEnumerable<X509Certificate2> present, RootInstallOptions options, DateTimeOffset at)
    {
        ParsedCertificate[] candidates = [.. Parse(offered.DistinctBy(Fingerprint.Of))];
        ParsedCertificate[] known = [.. candidates, .. present.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        var accepted = new List<X509Certificate2>();
        var leftOut = new List<string>();
        PgSslException? invalid = null;
        foreach (ParsedCertificate candidate in candidates)
        {
            ParsedCertificate root = RequireRoot(candidate, known);
            bool isRoot = ReferenceEquals(candidate, root);
            if (isRoot)
                RequireCa(candidate, options);
            if (!isRoot)
            {
                string what = candidate.CaKind == 0 ? "not a CA" : "an intermediate";
                leftOut.Add($"'{candidate.Name}' is left out: it is {what}, and libpq needs only its root '{root.Name}'.");
            }
            else if (Objection(candidate, at) is { } objection)
            {
                invalid ??= new PgSslException(
                    PgSslError.CertificateNotValid,
                    $"Root certificate '{candidate.Name}' {objection}.",
                    "Get the CA's current root certificate.");
                leftOut.Add($"'{candidate.Name}' is left out: it {objection}.");
            }
            else
                accepted.Add(candidate.Certificate);
        }
        return accepted.Count == 0 && invalid is not null ? throw invalid : new RootCandidates(accepted, leftOut);
    }

    private static IEnumerable<ParsedCertificate> Parse(IEnumerable<X509Certificate2> certificates) =>
        certificates.Select(certificate => ParsedCertificate.Of(certificate) ?? throw new PgSslException(
            PgSslError.MalformedCertificate, $"The certificate {certificate.Subject} cannot be parsed.", "Get an intact copy of it."));

    private static ParsedCertificate RequireRoot(ParsedCertificate candidate, IReadOnlyList<ParsedCertificate> known)
    {
        ParsedCertificate top = RootAnchors.TopOf(candidate, known);
        if (RootAnchors.IsAnchor(top))
            return top;
        string issuer = CertificateNames.Display(top.Issuer);
        string what = candidate.CaKind == 0 ? "the certificate of a server or a client" : "an intermediate CA";
        throw new PgSslException(
            PgSslError.NotARootCertificate,
            top.IsSelfIssued
                ? $"'{candidate.Name}' cannot be trusted: '{top.Name}' names itself as its issuer, but is not signed by its own key."
                : $"'{candidate.Name}' is {what}: libpq verifies nothing without the root above it, "
                    + $"'{issuer}', which is neither offered nor in the file.",
            $"Give the root certificate '{issuer}' (self-signed) instead, or beside it.");
    }

    private static void RequireCa(ParsedCertificate root, RootInstallOptions options)
    {
        if (root.CaKind != 0 || options.ServerCertificates.Contains(Fingerprint.Of(root.Certificate)))
            return;
        throw new PgSslException(
            PgSslError.NotARootCertificate,
            $"'{root.Name}' is self-signed, but no CA (its basic constraints do not say CA:TRUE): it is the certificate of one server.",
            "Give the root certificate of the servers' CA; or, where that one server is meant, name this very certificate with -Fingerprint.");
    }

    private static string? Objection(ParsedCertificate certificate, DateTimeOffset at) => Validity.Check(certificate, at) switch
    {
        ChainError.None => null,
        ChainError.Expired => $"expired on {CertificateTime.Day(certificate.NotAfter)}",
        ChainError.NotYetValid => $"is not valid before {CertificateTime.Day(certificate.NotBefore)}",
        _ => "has a validity that is not written as RFC 5280 wants it",
    };
}
