using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server.Live;

namespace PgSsl.Requirements;

/// <summary>
/// What clients that verify the present certificate would miss in the new one. What clients have is seldom known; what they are served now is.
/// </summary>
internal static class ClientLosses
{
    /// <summary>Finds it.</summary>
    /// <param name="chain">The new certificates as they will be sent, the server's own first.</param>
    /// <param name="present">What is served now, and what the file holds now.</param>
    /// <param name="facts">What is known about clients, and the time.</param>
    /// <param name="accountRoots">The roots that this account verifies servers with; null for none.</param>
    /// <param name="namesAreGiven">Whether the user said which names clients connect to.</param>
    public static IEnumerable<ClientLoss> Find(
        IReadOnlyList<X509Certificate2> chain, IReadOnlyList<PresentChain> present, ServerCertificateFacts facts, TrustStore? accountRoots = null,
        bool namesAreGiven = false)
    {
        // The roots that the user names say more than anything else.
        if (facts.ClientRoots is null)
        {
            ClientLoss? ofChain = FindMissing(chain, present, [facts.PublicRoots, accountRoots], facts.At)
                ?? FindUnverifiable(chain, present, facts.At);
            if (ofChain is not null)
                yield return ofChain;
            ClientLoss? distrust = accountRoots is null ? null : FindDistrust(chain, present, accountRoots, facts.At);
            if ((distrust ?? (ofChain is null ? FindOtherCa(chain, present, accountRoots, facts.At) : null)) is { } other)
                yield return other;
        }
        foreach (PresentChain old in present)
        {
            if (NamesOf.Lost(old.Chain[0], chain[0]) is not { Length: > 0 } lost)
                continue;
            // Only its own copy verifies a self-signed certificate, and nothing verifies one that is not valid.
            bool isVerifiable = ParsedCertificate.Of(old.Chain[0]) is { IsSelfSigned: false } leaf
                && Validity.Check(leaf, facts.At) == ChainError.None;
            yield return new ClientLoss(
                $"It lacks names of the certificate that {old.Where}: {string.Join(", ", lost)}. Clients that verify them will refuse the server.",
                "Request a certificate with these names too: Get-PgServerCertificate | New-PgCsr copies them; or say with -HostName which names "
                    + "clients use.",
                isVerifiable && !namesAreGiven && !lost.All(NamesOf.IsOfOwnMachine));
            yield break;
        }
    }

    /// <summary>
    /// The CAs of clients that are lost because one file is the server's certificate and the list of these CAs: what is written is the certificate.
    /// </summary>
    /// <param name="setting">The setting that names the CAs.</param>
    /// <param name="caPath">Their file; null if there is none.</param>
    /// <param name="certificatePath">The file that is written.</param>
    /// <param name="before">What it holds now.</param>
    /// <param name="after">What it will hold.</param>
    public static ClientLoss? FindSharedCa(
        string setting, string? caPath, string certificatePath, IReadOnlyList<X509Certificate2> before, IReadOnlyList<X509Certificate2> after)
    {
        if (caPath is null || !RealPath.AreSame(caPath, certificatePath))
            return null;
        string[] lost =
        [
            .. before.Where(old => !after.Any(one => one.RawDataMemory.Span.SequenceEqual(old.RawDataMemory.Span)))
                .Select(ParsedCertificate.Of).OfType<ParsedCertificate>()
                .Where(old => old.CaKind == 1 || old.IsSelfSigned).Select(old => $"'{old.Name}'"),
        ];
        return lost.Length == 0 ? null : new ClientLoss(
            $"{certificatePath} is the {setting} as well, and {string.Join(", ", lost)} would not be in it any more: "
                + "clients with certificates of that CA could not log in.",
            $"Put the CAs of clients into a file of their own first, and set {setting} to it.", IsBlocking: true);
    }

    /// <summary>An intermediate that is sent now, and would not be sent any more.</summary>
    private static ClientLoss? FindMissing(
        IReadOnlyList<X509Certificate2> chain, IReadOnlyList<PresentChain> present, IReadOnlyList<TrustStore?> known, DateTimeOffset at)
    {
        if (ParsedCertificate.Of(ServedChain.Examine(chain, at).Path[^1]) is not { IsSelfSigned: false } last)
            return null;
        string issuer = CertificateNames.Display(last.Issuer);
        foreach (PresentChain old in present)
            if (old.Chain.Skip(1).Select(ParsedCertificate.Of).Any(link => link is { IsSelfSigned: false } && link.Subject.Equals(last.Issuer)))
                return Loss($"'{issuer}', which issued '{last.Name}', is not among the certificates given, but {old.Where} comes with it.");
        bool isRoot = known.Any(roots => roots?.Named(last.Issuer).Any(root => root.Certificate.IsLikelyIssuerOf(last)) == true)
            || present.Any(old => old.Chain.Select(ParsedCertificate.Of).OfType<ParsedCertificate>().Any(link =>
                link.Issuer.Equals(last.Issuer) && (link.IsSelfSigned || ReferenceEquals(link.Certificate, old.Chain[^1]))));
        return !isRoot && chain.Count == 1 && present.FirstOrDefault(old => HasIntermediate(old.Chain)) is { } complete
            ? Loss($"The certificate comes alone, and {complete.Where} comes with its intermediates. Nothing here knows '{issuer}' as a root.")
            : null;

        static ClientLoss Loss(string detail) => new(
            $"{detail} Clients that verify the server will refuse it; with sslmode=prefer they use plaintext instead.",
            "Add the certificates that the CA gives as its chain or bundle; or name the file with the roots of clients: -RootCertificate.",
            IsBlocking: true);
    }

    /// <summary>
    /// A chain that no client verifies, whatever its roots: its last certificate is taken for one. What the leaf alone lacks is a requirement.
    /// </summary>
    private static ClientLoss? FindUnverifiable(IReadOnlyList<X509Certificate2> chain, IReadOnlyList<PresentChain> present, DateTimeOffset at)
    {
        ChainVerdict verdict = VerifyAlone(chain, at);
        if (verdict.IsValid)
            return null;
        PresentChain? good = present.FirstOrDefault(old => VerifyAlone(old.Chain, at).IsValid);
        return new ClientLoss(
            $"No client that verifies the server will take the new certificate, whatever its roots: {Sentence.Of(verdict.Reason)}"
                + (good is null ? "" : $" They take the certificate that {good.Where}."),
            "Ask the CA for a certificate, and for intermediates, that are made for TLS servers with these names.",
            IsBlocking: good is not null);
    }

    private static ChainVerdict VerifyAlone(IReadOnlyList<X509Certificate2> chain, DateTimeOffset at) =>
        ChainVerifier.Verify(chain, TrustStore.FromCertificates([ServedChain.Examine(chain, at).Path[^1]], "its own end"), at, AnchorRule.Any);

    /// <summary>Another CA than that of what is served: whoever has only the old root refuses it; who has is not known.</summary>
    private static ClientLoss? FindOtherCa(
        IReadOnlyList<X509Certificate2> chain, IReadOnlyList<PresentChain> present, TrustStore? account, DateTimeOffset at)
    {
        if (account is not null && ChainVerifier.Verify(chain, account, at).IsValid)
            return null;
        DistinguishedName[] issuers = IssuersIn(chain, at);
        // Whoever has a self-signed certificate as a root has seen it change before.
        PresentChain[] issued = [.. present.Where(old => ParsedCertificate.Of(old.Chain[0]) is { IsSelfSigned: false })];
        return issued.Length == 0 || issued.Any(old => IssuersIn(old.Chain, at).Any(issuers.Contains))
            ? null
            : new ClientLoss(
                $"It comes from '{CertificateNames.Display(issuers[^1])}', and the certificate that {issued[0].Where} from "
                    + $"'{CertificateNames.Display(IssuersIn(issued[0].Chain, at)[^1])}'. Clients that have only the old root will refuse it.",
                "Give clients the root of the new certificate first: Install-PgRootCert. -RootCertificate, with their roots, checks it.",
                IsBlocking: false);
    }

    private static DistinguishedName[] IssuersIn(IReadOnlyList<X509Certificate2> chain, DateTimeOffset at) =>
        [.. ServedChain.Examine(chain, at).Path.Select(ParsedCertificate.Of).OfType<ParsedCertificate>().Select(link => link.Issuer)];

    /// <summary>The roots of this account verify what is there, and not what is to come.</summary>
    private static ClientLoss? FindDistrust(
        IReadOnlyList<X509Certificate2> chain, IReadOnlyList<PresentChain> present, TrustStore roots, DateTimeOffset at)
    {
        ChainVerdict verdict = ChainVerifier.Verify(chain, roots, at);
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

/// <summary>
/// Something that clients would miss. If it blocks a change, and the change is made by force, the change is not proven: see
/// <see cref="ProofName"/>.
/// </summary>
/// <param name="Detail">What, as a sentence.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsBlocking">Whether it is refused without -Force.</param>
internal sealed record ClientLoss(string Detail, string Remedy, bool IsBlocking)
{
    /// <summary>The proof that is not made.</summary>
    public const string ProofName = "Clients";

    /// <summary>What a warning says.</summary>
    public string Warning => $"{Detail} {Remedy}";

    /// <summary>Throws if clients would refuse the server.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ConnectionsAtRisk"/>.</exception>
    public static void Check(IEnumerable<ClientLoss> losses)
    {
        ClientLoss[] blocking = [.. losses.Where(loss => loss.IsBlocking)];
        if (blocking.Length > 0)
            throw new PgSslException(
                PgSslError.ConnectionsAtRisk,
                $"Nothing is changed, because clients would refuse the new certificate. {Describe(blocking)}",
                $"{blocking[0].Remedy} -Force installs it anyway.");
    }

    /// <summary>What blocks, in words; null if nothing does.</summary>
    public static string? DescribeBlocking(IEnumerable<ClientLoss> losses) =>
        losses.Where(loss => loss.IsBlocking).ToArray() is { Length: > 0 } blocking ? Describe(blocking) : null;

    private static string Describe(IEnumerable<ClientLoss> losses) => string.Join(" ", losses.Select(loss => loss.Detail));
}

/// <summary>Certificates that are in use.</summary>
/// <param name="Where">Where, as what stands behind "the certificate that".</param>
/// <param name="Chain">The certificates, the server's own first.</param>
internal sealed record PresentChain(string Where, IReadOnlyList<X509Certificate2> Chain)
{
    /// <summary>What is served, at each address that serves a certificate.</summary>
    public static IEnumerable<PresentChain> Of(IEnumerable<ServedAt> served) =>
        from answer in served
        where answer.Facts.Tls is not null
        select new PresentChain($"{answer.Host} serves now", answer.Facts.Tls!.Chain);
}
