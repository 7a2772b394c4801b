using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Requirements;

namespace PgSsl.Deployment;

/// <summary>
/// What clients that verify the present certificate would miss in the new one. What clients have is seldom known; what they are served now is.
/// </summary>
internal static class ClientLosses
{
    /// <summary>Finds it.</summary>
    /// <param name="bundle">The new certificate and its intermediates.</param>
    /// <param name="present">What is served now, and what the file holds now.</param>
    /// <param name="facts">What is known about clients.</param>
    /// <param name="request">What the user said.</param>
    public static IEnumerable<ClientLoss> Find(
        CertificateBundle bundle, IReadOnlyList<PresentChain> present, ServerCertificateFacts facts, DeploymentRequest request)
    {
        // The roots that the user names say more than anything else.
        if (facts.ClientRoots is null)
        {
            if (FindMissing(bundle, present, [facts.PublicRoots, request.AccountRoots], facts.At) is { } missing)
                yield return missing;
            if (request.AccountRoots is { } roots && FindDistrust(bundle, present, roots, facts.At) is { } distrust)
                yield return distrust;
        }
        foreach (PresentChain old in present)
        {
            if (NamesOf.Lost(old.Chain[0], bundle.Leaf) is not { Length: > 0 } lost)
                continue;
            // Only its own copy verifies a self-signed certificate, and nothing verifies one that is not valid.
            bool isVerifiable = ParsedCertificate.Of(old.Chain[0]) is { IsSelfSigned: false } leaf
                && Validity.Check(leaf, facts.At) == ChainError.None;
            yield return new ClientLoss(
                $"It lacks names of the certificate that {old.Where}: {string.Join(", ", lost)}. Clients that verify them will refuse the server.",
                "Request a certificate with these names too: Get-PgServerCertificate | New-PgCsr copies them; or say with -HostName which names "
                    + "clients use.",
                isVerifiable && !request.NamesAreGiven && !lost.All(NamesOf.IsOfOwnMachine));
            yield break;
        }
    }

    /// <summary>An intermediate that is sent now, and would not be sent any more.</summary>
    private static ClientLoss? FindMissing(
        CertificateBundle bundle, IReadOnlyList<PresentChain> present, IReadOnlyList<TrustStore?> known, DateTimeOffset at)
    {
        if (ParsedCertificate.Of(ServedChain.Examine(bundle.Chain, at).Path[^1]) is not { IsSelfSigned: false } last)
            return null;
        string issuer = CertificateNames.Display(last.Issuer);
        foreach (PresentChain old in present)
            if (old.Chain.Skip(1).Select(ParsedCertificate.Of).Any(link => link is { IsSelfSigned: false } && link.Subject.Equals(last.Issuer)))
                return Loss($"'{issuer}', which issued '{last.Name}', is not among the certificates given, but {old.Where} comes with it.");
        bool isRoot = known.Any(roots => roots?.Named(last.Issuer).Any(root => root.Certificate.IsLikelyIssuerOf(last)) == true)
            || present.Any(old => old.Chain.Select(ParsedCertificate.Of).OfType<ParsedCertificate>().Any(link =>
                link.Issuer.Equals(last.Issuer) && (link.IsSelfSigned || ReferenceEquals(link.Certificate, old.Chain[^1]))));
        return !isRoot && bundle.Intermediates.Count == 0 && present.FirstOrDefault(old => HasIntermediate(old.Chain)) is { } complete
            ? Loss($"The certificate comes alone, and {complete.Where} comes with its intermediates. Nothing here knows '{issuer}' as a root.")
            : null;

        static ClientLoss Loss(string detail) => new(
            $"{detail} Clients that verify the server will refuse it; with sslmode=prefer they use plaintext instead.",
            "Add the certificates that the CA gives as its chain or bundle; or name the file with the roots of clients: -RootCertificate.",
            IsBlocking: true);
    }

    /// <summary>The roots of this account verify what is there, and not what is to come.</summary>
    private static ClientLoss? FindDistrust(CertificateBundle bundle, IReadOnlyList<PresentChain> present, TrustStore roots, DateTimeOffset at)
    {
        ChainVerdict verdict = ChainVerifier.Verify(bundle.Chain, roots, at);
        return !verdict.IsValid && present.FirstOrDefault(old => ChainVerifier.Verify(old.Chain, roots, at).IsValid) is { } trusted
            ? new ClientLoss(
                $"A client with {roots.Origin} verifies the certificate that {trusted.Where}, and would refuse the new one: "
                    + Sentence.Of(verdict.Reason),
                "Give clients the root of the new certificate first (Install-PgRootCert), or add what is missing; or name the file with the roots "
                    + "of clients: -RootCertificate.",
                IsBlocking: true)
            : null;
    }

    private static bool HasIntermediate(IReadOnlyList<X509Certificate2> chain) =>
        chain.Skip(1).Select(ParsedCertificate.Of).Any(link => link is { IsSelfSigned: false });
}

/// <summary>Something that clients would miss.</summary>
/// <param name="Detail">What, as a sentence.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsBlocking">Whether it is refused without -Force.</param>
internal sealed record ClientLoss(string Detail, string Remedy, bool IsBlocking);

/// <summary>Certificates that are in use.</summary>
/// <param name="Where">Where, as what stands behind "the certificate that".</param>
/// <param name="Chain">The certificates, the server's own first.</param>
internal sealed record PresentChain(string Where, IReadOnlyList<X509Certificate2> Chain);
