using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using By = PgSsl.RequirementSource;

namespace PgSsl.Requirements;

/// <summary>That what the server sends leads a client to a root, now and for some time.</summary>
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
        const string Name = "ChainComplete";
        if (ParsedCertificate.Of(path[^1]) is not { } last || last.IsSelfSigned)
            return Verdict.Met(Name, By.Clients, path.Count == 1 ? "The certificate is its own root." : $"The chain reaches the root '{CertificateNames.Display(path[^1])}'.");
        string issuer = $"'{CertificateNames.Display(last.Issuer)}'";
        bool Issued(TrustStore? roots) => roots?.Named(last.Issuer).Any(root => root.Certificate.IsLikelyIssuerOf(last)) == true;
        if (facts.ClientRoots is { } roots)
            return Issued(roots)
                ? Verdict.Met(Name, By.Clients, $"The chain ends below {issuer}, which is in {roots.Origin}.")
                : Verdict.Unmet(
                    Name, By.Clients, $"{issuer}, which issued '{last.Name}', is neither in the file nor in {roots.Origin}.", HowToGet(issuer, last));
        if (Issued(facts.PublicRoots))
            return Verdict.Met(Name, By.Clients, $"The chain ends below {issuer}, a root that this machine knows.");
        return path.Count > 1
            ? Verdict.Met(Name, By.Clients, $"The chain ends below {issuer}, a root that clients have to know.")
            : Verdict.Unjudged(
                Name, By.Clients, $"The certificate comes alone; whether {issuer} is a root that clients have, or an intermediate that is missing, cannot be told.",
                "Give the file of the roots that clients have: -RootCertificate");
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
            ? Verdict.Met("ChainOrder", By.Practice, string.Join(" ← ", health.Path.Select(CertificateNames.Display)) + ": each certificate is followed by its issuer.")
            : Verdict.Unmet("ChainOrder", By.Practice, Join(found), "Install-PgServerCertificate writes the file in the right order.");
    }

    private static Verdict JudgeRoot(ChainHealth health) =>
        health.Findings.FirstOrDefault(finding => finding.Kind == ChainFindingKind.IncludesRoot) is { } found
            ? Verdict.Unmet("NoRoot", By.Practice, Sentence.Of(found.Message), "Leave it out; it makes every handshake larger.")
            : Verdict.Met("NoRoot", By.Practice, "No root is sent.");

    private static Verdict JudgeSelfSignature(X509Certificate2 leaf) => ParsedCertificate.Of(leaf)!.IsSelfSigned
        ? Verdict.Unmet(
            "NotSelfSigned", By.Practice, $"'{CertificateNames.Display(leaf)}' is self-signed: only a client that has this very certificate as its root can verify it.",
            "Let a CA sign one: New-PgCsr makes the request.")
        : Verdict.Met("NotSelfSigned", By.Practice, $"'{CertificateNames.IssuerDisplay(leaf)}' issued it.");

    private static Verdict JudgeValidity(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> path)
    {
        string[] found = [.. path.Select(certificate => DescribeInvalidity(certificate, facts.At)).OfType<string>()];
        return found.Length == 0
            ? Verdict.Met("Valid", By.Clients, $"Valid until {Until(path[0])}{(path.Count > 1 ? ", and so is what is above it" : "")}.")
            : Verdict.Unmet("Valid", By.Clients, string.Join(" ", found), "Get a certificate that is valid now; look at this machine's clock too.");
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
            _ => $"'{parsed.Name}' has a date that is not written as RFC 5280 wants it.",
        };
    }

    private static Verdict JudgeDays(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> path)
    {
        X509Certificate2 first = path.MinBy(certificate => certificate.NotAfter.ToUniversalTime())!;
        int days = (int)Math.Floor((first.NotAfter.ToUniversalTime() - facts.At.UtcDateTime).TotalDays);
        string seen = $"'{CertificateNames.Display(first)}' is valid for {days.ToString(CultureInfo.InvariantCulture)} more day(s), until {Until(first)}; "
            + $"wanted are {facts.MinimumDays.ToString(CultureInfo.InvariantCulture)}.";
        return days >= facts.MinimumDays
            ? Verdict.Met("MinimumDays", By.Practice, seen)
            : Verdict.Unmet("MinimumDays", By.Practice, seen, "Renew it: New-PgCsr -ExistingKey, the CA, Install-PgServerCertificate.");
    }

    private static Verdict JudgeTrust(ServerCertificateFacts facts, IReadOnlyList<X509Certificate2> chain)
    {
        const string Name = "Trusted";
        if (facts.ClientRoots is not { } roots)
            return Verdict.Unjudged(Name, By.Clients, "The roots that clients have are not known.", "Give their file: -RootCertificate");
        ChainVerdict verdict = ChainVerifier.Verify(chain, roots, facts.At);
        return verdict.IsValid
            ? Verdict.Met(Name, By.Clients, $"A client with {roots.Origin} verifies the chain up to '{CertificateNames.Display(verdict.Path[^1])}'.")
            : Verdict.Unmet(Name, By.Clients, Sentence.Of(verdict.Reason), "Put that right, or give clients the root that this chain ends at: Install-PgRootCert");
    }

    private static string Until(X509Certificate2 certificate) => CertificateTime.Day(certificate.NotAfter.ToUniversalTime());

    private static string Join(IEnumerable<ChainFinding> findings) => string.Join(" ", findings.Select(finding => Sentence.Of(finding.Message)));
}
