using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Common;

namespace PgSsl.Requirements;

/// <summary>That the certificates that the server sends lead a client to a root, now and for some time.</summary>
internal static class ChainRequirements
{
    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts)
    {
        IReadOnlyList<X509Certificate2> chain = facts.Chain;
        ChainHealth health = ServedChain.Examine(chain, facts.At);
        return
        [
            JudgeCompleteness(facts, health.Path),
            JudgeOrder(health),
            JudgeRoot(health),
            JudgeSelfSignature(chain[0]),
            JudgeValidity(facts, health.Path),
            JudgeDays(facts, health.Path),
            JudgeTrust(facts, chain),
        ];
    }

    private static Verdict JudgeCompleteness(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> path)
    {
        Requirement requirement = Requirement.ChainComplete;
        if (ParsedCertificate.Of(path[^1]) is not { } last || last.IsSelfSigned)
            return requirement.Met(path.Count == 1
                ? "The certificate is its own root." : $"The chain reaches the root '{CertificateNames.Display(path[^1])}'.");
        string issuer = $"'{CertificateNames.Display(last.Issuer)}'";
        bool Issued(TrustStore? roots) => roots?.Named(last.Issuer).Any(root => root.Certificate.IsLikelyIssuerOf(last)) == true;
        if (facts.ClientRoots is { } roots)
            return Issued(roots)
                ? requirement.Met($"The chain ends below {issuer}, which is in {roots.Origin}.")
                : requirement.Unmet(
                    $"{issuer}, which issued '{last.Name}', is neither in the file nor in {roots.Origin}.", HowToGet(issuer, last));
        if (Issued(facts.PublicRoots))
            return requirement.Met($"The chain ends below {issuer}, a root that this machine knows.");
        return path.Count > 1
            ? requirement.Met($"The chain ends below {issuer}, a root that clients must have.")
            : requirement.Unjudged(
                $"The certificate comes alone; it cannot be told whether {issuer} is a root that clients have, or a missing intermediate.",
                "Give the file with the roots that clients have: -RootCertificate");
    }

    private static string HowToGet(string issuer, ParsedCertificate last)
    {
        IReadOnlyList<Uri> urls = IssuerUrls.Of(last.Certificate);
        return urls.Count > 0
            ? $"Add the certificate of {issuer} behind it; the CA offers it at {urls[0]}"
            : $"Add the certificate of {issuer} behind it: the CA has it, often as its chain or bundle.";
    }

    private static Verdict JudgeOrder(ChainHealth health)
    {
        ChainFinding[] found = [.. health.Findings.Where(finding =>
            finding.Kind is ChainFindingKind.OutOfOrder or ChainFindingKind.DuplicateCertificate or ChainFindingKind.UnrelatedCertificate)];
        return found.Length == 0
            ? Requirement.ChainOrder.Met(
                string.Join(" ← ", health.Path.Select(CertificateNames.Display)) + ": each certificate is followed by its issuer.")
            : Requirement.ChainOrder.Unmet(Join(found), "Install-PgServerCertificate writes the file in the right order.");
    }

    private static Verdict JudgeRoot(ChainHealth health) =>
        health.Findings.FirstOrDefault(finding => finding.Kind == ChainFindingKind.IncludesRoot) is { } found
            ? Requirement.NoRoot.Unmet(Sentence.Of(found.Message), "Leave it out; it makes every handshake larger.")
            : Requirement.NoRoot.Met("No root is sent.");

    private static Verdict JudgeSelfSignature(X509Certificate2 leaf) => ParsedCertificate.Of(leaf)!.IsSelfSigned
        ? Requirement.NotSelfSigned.Unmet(
            $"'{CertificateNames.Display(leaf)}' is self-signed: a client can verify it only if it has this very certificate as its root.",
            "Have a CA sign one: New-PgCsr makes the request.")
        : Requirement.NotSelfSigned.Met($"'{CertificateNames.IssuerDisplay(leaf)}' issued it.");

    private static Verdict JudgeValidity(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> path)
    {
        string[] found = [.. path.Select(certificate => DescribeInvalidity(certificate, facts.At)).OfType<string>()];
        return found.Length == 0
            ? Requirement.Valid.Met($"Valid until {Until(path[0])}{(path.Count > 1 ? ", and so are the certificates above it" : "")}.")
            : Requirement.Valid.Unmet(string.Join(" ", found), "Get a certificate that is valid now; check this machine's clock too.");
    }

    private static string? DescribeInvalidity(X509Certificate2 certificate, DateTimeOffset at)
    {
        if (ParsedCertificate.Of(certificate) is not { } parsed)
            return null;
        return Validity.Check(parsed, at) switch
        {
            ChainError.None => null,
            ChainError.Expired => $"'{parsed.Name}' expired on {CertificateTime.Day(parsed.NotAfter)}.",
            ChainError.NotYetValid => $"'{parsed.Name}' is not valid before {CertificateTime.Day(parsed.NotBefore)}.",
            _ => $"'{parsed.Name}' has a date that is not written as RFC 5280 demands.",
        };
    }

    private static Verdict JudgeDays(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> path)
    {
        X509Certificate2 first = path.MinBy(certificate => certificate.NotAfter.ToUniversalTime())!;
        int days = (int)Math.Floor((first.NotAfter.ToUniversalTime() - facts.At.UtcDateTime).TotalDays);
        string seen = string.Create(
            CultureInfo.InvariantCulture,
            $"'{CertificateNames.Display(first)}' is valid for {days} more day(s), until {Until(first)}; required are {facts.MinimumDays}.");
        return days >= facts.MinimumDays
            ? Requirement.MinimumDays.Met(seen)
            : Requirement.MinimumDays.Unmet(seen, "Renew it: New-PgCsr -ExistingKey, send the request to the CA, then Install-PgServerCertificate.");
    }

    private static Verdict JudgeTrust(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> chain)
    {
        Requirement requirement = Requirement.Trusted;
        if (facts.ClientRoots is not { } roots)
            return requirement.Unjudged("The roots that clients have are not known.", "Give their file: -RootCertificate");
        ChainVerdict verdict = ChainVerifier.Verify(chain, roots, facts.At);
        return verdict.IsValid
            ? requirement.Met($"A client with {roots.Origin} verifies the chain up to '{CertificateNames.Display(verdict.Path[^1])}'.")
            : requirement.Unmet(
                Sentence.Of(verdict.Reason), "Correct that, or give clients the root that this chain ends at: Install-PgRootCert");
    }

    private static string Until(X509Certificate2 certificate) => CertificateTime.Day(certificate.NotAfter.ToUniversalTime());

    private static string Join(IEnumerable<ChainFinding> findings) => string.Join(" ", findings.Select(finding => Sentence.Of(finding.Message)));
}
