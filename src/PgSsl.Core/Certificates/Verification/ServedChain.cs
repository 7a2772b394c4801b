using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;

namespace PgSsl.Certificates.Verification;

/// <summary>Examines a chain as a server sent it, independent of any client.</summary>
internal static class ServedChain
{
    /// <summary>Examines a chain.</summary>
    /// <param name="served">The certificates as sent, leaf first; at least one.</param>
    /// <param name="at">The time to judge validity for.</param>
    /// <param name="knownRoots">Roots that show whether a leaf was issued by a root, or its intermediates are missing.</param>
    public static ChainHealth Examine(IReadOnlyList<X509Certificate2> served, DateTimeOffset at, params TrustStore[] knownRoots)
    {
        ArgumentOutOfRangeException.ThrowIfZero(served.Count);
        if (ParsedCertificate.Of(served[0]) is not { } leaf)
            return new ChainHealth([served[0]], []);

        List<ParsedCertificate> path = Follow(leaf, served.Select(ParsedCertificate.Of).OfType<ParsedCertificate>());
        var findings = new List<ChainFinding>();
        var seen = new HashSet<string>();
        ParsedCertificate? previous = null;
        foreach (X509Certificate2 certificate in served)
        {
            bool isRepeated = !seen.Add(Convert.ToHexString(certificate.RawDataMemory.Span));
            var parsed = ParsedCertificate.Of(certificate);
            ExamineOne(certificate, parsed, isRepeated, previous, path, at, findings);
            previous = parsed;
        }
        if (ExamineEnd(path, knownRoots) is { } end)
            findings.Add(end);
        return new ChainHealth([.. path.Select(link => link.Certificate)], findings);
    }

    /// <summary>The leaf and its issuers among the sent certificates; at most as many as OpenSSL follows, because a chain may be hostile.</summary>
    private static List<ParsedCertificate> Follow(ParsedCertificate leaf, IEnumerable<ParsedCertificate> sent)
    {
        var rest = sent.ToList();
        var path = new List<ParsedCertificate> { leaf };
        while (!path[^1].IsSelfSigned && path.Count <= ChainBuilder.MaximumDepth)
        {
            ParsedCertificate last = path[^1];
            ParsedCertificate? issuer = rest.Find(candidate => candidate.IsLikelyIssuerOf(last) && !path.Exists(candidate.IsSameAs));
            if (issuer is null)
                break;
            path.Add(issuer);
        }
        return path;
    }

    private static void ExamineOne(
        X509Certificate2 certificate, ParsedCertificate? parsed, bool isRepeated, ParsedCertificate? previous,
        List<ParsedCertificate> path, DateTimeOffset at, List<ChainFinding> findings)
    {
        string name = $"'{CertificateNames.Display(certificate)}'";
        int link = parsed is null ? -1 : path.FindIndex(parsed.IsSameAs);
        if (isRepeated)
        {
            findings.Add(new(ChainFindingKind.DuplicateCertificate, certificate, $"{name} was sent more than once"));
            return;
        }
        if (link < 0)
        {
            findings.Add(new(ChainFindingKind.UnrelatedCertificate, certificate, $"{name} does not belong to the chain of '{path[0].Name}'"));
            return;
        }
        if (link > 0 && !(previous?.IsSameAs(path[link - 1]) ?? false))
            findings.Add(new(
                ChainFindingKind.OutOfOrder, certificate, $"{name} does not follow '{path[link - 1].Name}', which it issued"));
        ExamineLink(certificate, parsed!, link, name, at, findings);
    }

    private static void ExamineLink(
        X509Certificate2 certificate, ParsedCertificate parsed, int link, string name, DateTimeOffset at, List<ChainFinding> findings)
    {
        if (parsed.IsSelfSigned)
        {
            findings.Add(link == 0
                ? new(ChainFindingKind.SelfSigned, certificate, $"{name} is self-signed")
                : new(ChainFindingKind.IncludesRoot, certificate, $"the root {name} is sent, too, although no client needs it"));
        }
        ChainError validity = Validity.Check(parsed, at);
        if (validity == ChainError.Expired)
            findings.Add(new(ChainFindingKind.ExpiredMember, certificate, $"{name} expired on {CertificateTime.Day(parsed.NotAfter)}"));
        else if (validity == ChainError.NotYetValid)
            findings.Add(new(
                ChainFindingKind.NotYetValidMember, certificate, $"{name} is not valid before {CertificateTime.Day(parsed.NotBefore)}"));
        if (!ChainChecks.IsStrongEnough(parsed.PublicKey))
            findings.Add(new(ChainFindingKind.WeakKey, certificate, $"key of {name} is too weak for OpenSSL's security level 2"));
        if (!parsed.IsSelfSigned && parsed.OuterSignatureAlgorithm.SecurityBits < ChainChecks.MinimumSecurityBits)
            findings.Add(new(
                ChainFindingKind.WeakSignature, certificate, $"signature on {name} is too weak for OpenSSL's security level 2"));
    }

    /// <summary>
    /// A chain may end below its root, which clients have and servers need not send. But if a leaf comes alone and no known root issued it, the
    /// administrator has probably forgotten the intermediates.
    /// </summary>
    private static ChainFinding? ExamineEnd(List<ParsedCertificate> path, TrustStore[] knownRoots)
    {
        if (path is not [{ IsSelfSigned: false } leaf] || IsBelowRoot(leaf, knownRoots))
            return null;
        string issuer = $"'{CertificateNames.Display(leaf.Issuer)}'";
        return new ChainFinding(
            ChainFindingKind.MissingIntermediate,
            leaf.Certificate,
            $"{issuer}, which issued '{leaf.Name}', was not sent and is not a root known here: " +
            $"an intermediate is missing, unless {issuer} is a root that clients have");
    }

    private static bool IsBelowRoot(ParsedCertificate link, TrustStore[] knownRoots) => knownRoots
        .SelectMany(store => store.Named(link.Issuer))
        .Any(anchor => anchor.Decision == TrustDecision.Trusted && anchor.Certificate.IsLikelyIssuerOf(link));
}
