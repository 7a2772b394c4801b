using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Requirements;

namespace PgSsl.Deployment;

/// <summary>
/// The content of <c>ssl_cert_file</c>, made from what a CA sent: the server's own certificate, then its intermediates in the order of
/// issue, without the root (RFC 8446 4.4.2; ssl-tcp in PostgreSQL's runtime.sgml).
/// </summary>
/// <param name="Leaf">The server's own certificate.</param>
/// <param name="Intermediates">Its issuer, the issuer of that, and so on, without the root.</param>
/// <param name="Notes">What was corrected, and what was left out, as sentences.</param>
internal sealed record CertificateBundle(X509Certificate2 Leaf, IReadOnlyList<X509Certificate2> Intermediates, IReadOnlyList<string> Notes)
{
    /// <summary>All certificates, in order.</summary>
    public IReadOnlyList<X509Certificate2> Chain => [Leaf, .. Intermediates];

    /// <summary>The file's content.</summary>
    public byte[] ToPem() => Encoding.ASCII.GetBytes(string.Concat(Chain.Select(certificate => certificate.ExportCertificatePem() + "\n")));

    /// <summary>Puts certificates in order.</summary>
    /// <param name="certificates">The certificates that the CA sent, in any order; at least one.</param>
    /// <param name="key">The server's key, which shows which certificate is the server's; null where it is not known.</param>
    /// <param name="known">Certificates that complete the chain if the CA sent too few; null for none.</param>
    /// <param name="at">The moment for which valid certificates are preferred.</param>
    /// <param name="keyPath">Where the key is, for messages; null where it has no file of its own.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.KeyMismatch"/>: the key belongs to none of the certificates.
    /// <see cref="PgSslError.InvalidCertificateFile"/>: without a key, several could be the server's.
    /// </exception>
    public static CertificateBundle Create(
        IReadOnlyCollection<X509Certificate2> certificates, ServerKey? key, TrustStore? known, DateTimeOffset at, string? keyPath = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(certificates.Count);
        ParsedCertificate[] all = [.. certificates.Select(certificate => ParsedCertificate.Of(certificate) ?? throw new PgSslException(
            PgSslError.InvalidCertificateFile, $"The certificate of {certificate.Subject} cannot be read.", "Get an intact copy."))];
        ParsedCertificate leaf = FindLeaf(all, key, keyPath);
        ParsedCertificate[] extra = [.. (known?.Certificates ?? []).Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        IReadOnlyList<ParsedCertificate> path = FindPath(leaf, all, extra, at);
        X509Certificate2[] intermediates = [.. path.Skip(1).Where(link => !link.IsSelfSigned).Select(link => link.Certificate)];
        return new CertificateBundle(leaf.Certificate, intermediates, [.. Describe(all, leaf, path)]);
    }

    /// <summary>With the key: the newest certificate of that key (a renewal may keep the key). Without: the one that issued no other.</summary>
    private static ParsedCertificate FindLeaf(ParsedCertificate[] all, ServerKey? key, string? keyPath)
    {
        if (key is { Failure: null })
        {
            return all.Where(certificate => key.Matches(certificate.Certificate) == true).MaxBy(certificate => certificate.NotBefore)
                ?? TryFindLeaf(all, certificate => key.Matches(certificate.Certificate) is null)
                ?? throw new PgSslException(
                    PgSslError.KeyMismatch,
                    $"The key{(keyPath is null ? "" : $" {keyPath}")} belongs to none of the certificates given: "
                        + $"{string.Join(", ", all.Select(certificate => $"'{certificate.Name}'"))}.",
                    "Give the certificate that was requested with this key, or with -KeyPath the key that this certificate was requested with.");
        }
        return TryFindLeaf(all, _ => true) ?? throw new PgSslException(
            PgSslError.InvalidCertificateFile,
            $"Several of the certificates given could be the server's: {string.Join(", ", all.Select(certificate => $"'{certificate.Name}'"))}.",
            "Give its key, too; or give only its certificate and those that issued it.");
    }

    private static ParsedCertificate? TryFindLeaf(ParsedCertificate[] all, Func<ParsedCertificate, bool> mayBe)
    {
        ParsedCertificate[] ends =
            [.. all.Where(mayBe).Where(candidate => !all.Any(other => other != candidate && candidate.IsLikelyIssuerOf(other)))];
        ParsedCertificate[] leaves = ends.Length > 1 ? [.. ends.Where(end => end.CaKind != 1)] : ends;
        return leaves is [var leaf] ? leaf : null;
    }

    private static ParsedCertificate[] FindPath(ParsedCertificate leaf, ParsedCertificate[] given, ParsedCertificate[] known, DateTimeOffset at)
    {
        ChainMember Of(ParsedCertificate certificate, ChainSource source) => new(certificate.Certificate, source, "");
        ChainMember[] all =
        [
            .. given.Select(certificate => Of(certificate, ChainSource.Wire)),
            .. known.Select(certificate => Of(certificate, ChainSource.RootFile)),
        ];
        return [.. PathSearch.Find(
            Of(leaf, ChainSource.Wire),
            all.Where(member => member.Parsed.IsSelfSigned),
            all.Where(member => !member.Parsed.IsSelfSigned),
            at,
            out _).Select(member => member.Parsed)];
    }

    private static IEnumerable<string> Describe(ParsedCertificate[] given, ParsedCertificate leaf, IReadOnlyList<ParsedCertificate> path)
    {
        foreach (ParsedCertificate certificate in given)
        {
            if (path.Any(certificate.IsSameAs))
            {
                if (certificate.IsSelfSigned && !certificate.IsSameAs(leaf))
                    yield return $"The root '{certificate.Name}' is left out: clients must have it already, and accept it from nobody.";
            }
            else
            {
                yield return $"'{certificate.Name}' is left out: it does not belong to the chain of '{leaf.Name}'.";
            }
        }
        foreach (ParsedCertificate added in path.Where(link => !link.IsSelfSigned && !given.Any(link.IsSameAs)))
            yield return $"The intermediate '{added.Name}' is added, because the CA did not send it.";
        string[] wanted = [.. path.Where(link => given.Any(link.IsSameAs)).Select(link => link.Name)];
        string[] found = [.. given.Where(certificate => path.Any(certificate.IsSameAs)).Select(certificate => certificate.Name)];
        if (!wanted.SequenceEqual(found))
        {
            IEnumerable<string> written = path.Where(link => !link.IsSelfSigned || link.IsSameAs(leaf)).Select(link => $"'{link.Name}'");
            yield return $"The certificates are put in order: {string.Join(", ", written)}.";
        }
    }
}
