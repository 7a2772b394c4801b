using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>
/// What is to be installed in one go, and which of it may be. All offers are judged together, because one may hold the root of another's
/// intermediate.
/// </summary>
/// <param name="fingerprints">The fingerprints that the user expects: SHA-256, upper-case hex; empty if the user expects none.</param>
/// <param name="replacesExpired">Whether expired roots of the same name are removed.</param>
internal sealed class RootSelection(IReadOnlyCollection<string> fingerprints, bool replacesExpired)
{
    private readonly List<RootOffer> _offers = [];

    /// <summary>Whether there is nothing to install.</summary>
    public bool IsEmpty => _offers.Count == 0;

    /// <summary>All certificates offered.</summary>
    public IReadOnlyList<X509Certificate2> Certificates => [.. _offers.SelectMany(offer => offer.Certificates)];

    /// <summary>Whether expired roots with the subject of one that is added are removed.</summary>
    public bool ReplacesExpired => replacesExpired;

    /// <summary>Adds the certificates of an offer that the user expects.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FingerprintMismatch"/>: the user expects none of them.</exception>
    public void Add(RootOffer offer) => _offers.Add(offer.Expect(fingerprints));

    /// <summary>Removes the offers of which nothing can be installed, so that the others can.</summary>
    /// <param name="present">The certificates that are in the file already.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <returns>Those offers, and why.</returns>
    public IReadOnlyList<(RootOffer Offer, PgSslException Failure)> RemoveUnusable(IEnumerable<X509Certificate2> present, DateTimeOffset at)
    {
        var unusable = new List<(RootOffer Offer, PgSslException Failure)>();
        X509Certificate2[] known = [.. present, .. Certificates];
        foreach (RootOffer offer in _offers)
        {
            try
            {
                Choose(offer.Certificates, known, at);
            }
            catch (PgSslException failure)
            {
                unusable.Add((offer, failure));
            }
        }
        _offers.RemoveAll(offer => unusable.Exists(found => ReferenceEquals(found.Offer, offer)));
        return unusable;
    }

    /// <summary>
    /// Chooses the roots. A certificate that is not a root is left out if its root is offered too, or is in the file already; an expired
    /// one is left out if another root remains.
    /// </summary>
    /// <param name="present">The certificates in the file already.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <returns>The roots to add, in the order given; and a sentence for each of the others that says why it is left out.</returns>
    /// <exception cref="PgSslException">
    /// NotARootCertificate: not a CA, or a leaf or an intermediate without its root. CertificateNotValid: none of the roots is valid now.
    /// </exception>
    public (IReadOnlyList<X509Certificate2> Accepted, IReadOnlyList<string> LeftOut) Choose(
        IEnumerable<X509Certificate2> present, DateTimeOffset at) =>
        Choose(Certificates, present, at);

    private (IReadOnlyList<X509Certificate2> Accepted, IReadOnlyList<string> LeftOut) Choose(
        IEnumerable<X509Certificate2> offered, IEnumerable<X509Certificate2> present, DateTimeOffset at)
    {
        ParsedCertificate[] candidates = [.. Parse(offered.DistinctBy(Fingerprint.Of))];
        ParsedCertificate[] known = [.. candidates, .. present.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        var accepted = new List<X509Certificate2>();
        var leftOut = new List<string>();
        PgSslException? invalid = null;
        foreach (ParsedCertificate candidate in candidates)
        {
            ParsedCertificate root = RequireRoot(candidate, known);
            if (!ReferenceEquals(candidate, root))
            {
                string what = candidate.CaKind == 0 ? "not a CA" : "an intermediate";
                leftOut.Add($"'{candidate.Name}' is left out: it is {what}, and libpq needs only its root '{root.Name}'.");
                continue;
            }
            RequireCa(candidate);
            if (Objection(candidate, at) is { } objection)
            {
                invalid ??= new PgSslException(
                    PgSslError.CertificateNotValid, $"Root certificate '{candidate.Name}' {objection}.", "Get the CA's current root certificate.");
                leftOut.Add($"'{candidate.Name}' is left out: it {objection}.");
                continue;
            }
            accepted.Add(candidate.Certificate);
        }
        return accepted.Count == 0 && invalid is not null ? throw invalid : (accepted, leftOut);
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
            $"Give the root certificate '{issuer}' (self-signed) instead, or together with it.");
    }

    // A user who names a certificate by its fingerprint means exactly that one, be it a CA's or a server's own.
    private void RequireCa(ParsedCertificate root)
    {
        string fingerprint = Fingerprint.Of(root.Certificate);
        if (root.CaKind != 0 || fingerprints.Contains(fingerprint)
            || _offers.Exists(offer =>
                offer.IsServerCertificate && offer.Certificates.Any(certificate => Fingerprint.Of(certificate) == fingerprint)))
            return;
        throw new PgSslException(
            PgSslError.NotARootCertificate,
            $"'{root.Name}' is self-signed, but not a CA (its basic constraints do not say CA:TRUE): it is the certificate of one server.",
            "Give the root certificate of the servers' CA; or, if you mean that one server, name this very certificate with -Fingerprint.");
    }

    private static string? Objection(ParsedCertificate certificate, DateTimeOffset at) => Validity.Check(certificate, at) switch
    {
        ChainError.None => null,
        ChainError.Expired => $"expired on {CertificateTime.Day(certificate.NotAfter)}",
        ChainError.NotYetValid => $"is not valid before {CertificateTime.Day(certificate.NotBefore)}",
        _ => "has a validity that is not written as RFC 5280 demands",
    };
}
