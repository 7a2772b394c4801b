using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Common;

namespace PgSsl.Requirements;

/// <summary>That clients find in the certificate what they look for, and that it is the one that is served.</summary>
internal static class ClientRequirements
{
    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts, ParsedCertificate leaf)
    {
        yield return JudgeUsage(leaf);
        yield return JudgeAlternativeNames(leaf);
        yield return JudgeNames(facts, leaf.Certificate);
        if (facts.Served is { } served)
        {
            yield return JudgeNamesKept(served, leaf.Certificate);
            yield return JudgeServed(served, leaf.Certificate);
        }
    }

    /// <summary>RFC 5280 4.2.1.3 and 4.2.1.12; RFC 8446 4.4.2.2: with a key usage, TLS 1.3 needs digitalSignature.</summary>
    private static Verdict JudgeUsage(ParsedCertificate leaf)
    {
        Requirement requirement = Requirement.ServerUsage;
        if (!ChainChecks.IsForTlsServers(leaf, mustBeCa: false))
            return requirement.Unmet(
                $"The certificate is not for TLS servers: its extended key usage is {Usages(leaf)}, " +
                $"its key usage {leaf.Extensions.KeyUsage?.ToString() ?? "not limited"}.",
                "Ask the CA for a certificate for TLS servers (serverAuth).");
        return leaf.Extensions.AllowsUsage(KeyUsages.DigitalSignature)
            ? requirement.Met($"The certificate is for TLS servers (extended key usage: {Usages(leaf)}).")
            : requirement.Unmet(
                "The key usage lacks digitalSignature, without which TLS 1.3 and ECDHE are not possible.",
                "Ask the CA for a certificate with digitalSignature.");
    }

    private static string Usages(ParsedCertificate leaf) => leaf.Extensions.ExtendedKeyUsages is { } usages
        ? string.Join(", ", usages.Select(oid => oid switch
        {
            Oids.ServerAuthentication => "serverAuth",
            Oids.ClientAuthentication => "clientAuth",
            Oids.AnyExtendedKeyUsage => "any",
            _ => new Oid(oid).FriendlyName ?? oid,
        }))
        : "not limited";

    /// <summary>RFC 6125 and Go's crypto/x509: names are looked for in the extension only.</summary>
    private static Verdict JudgeAlternativeNames(ParsedCertificate leaf) =>
        leaf.Extensions.SubjectAlternativeNames?.Any(name => name.Kind is GeneralNameKind.Dns or GeneralNameKind.IpAddress) == true
            ? Requirement.SubjectAlternativeName.Met(string.Join(", ", CertificateNames.SubjectAlternativeNames(leaf.Certificate)))
            : Requirement.SubjectAlternativeName.Unmet(
                "The certificate has no subject alternative name. libpq falls back to the common name; Go's clients (pgx) and others do not.",
                "Request a certificate with names: New-PgCsr -DnsName");

    private static Verdict JudgeNames(ServerCertificateFacts facts, X509Certificate2 leaf)
    {
        Requirement requirement = Requirement.HostNames;
        if (facts.HostNames.Count == 0)
            return requirement.Unjudged("The names that clients connect to are not known.", "Name them: -HostName");
        string[] refusals = [.. facts.HostNames.Select(host => HostNameVerifier.Verify(leaf, host)).Where(verdict => !verdict.Matches)
            .Select(verdict => Sentence.Of(verdict.Reason))];
        return refusals.Length == 0
            ? requirement.Met($"It names {string.Join(", ", facts.HostNames)}.")
            : requirement.Unmet(
                string.Join(" ", refusals), "Request a certificate with all names that clients use: New-PgCsr -DnsName … -IPAddress …");
    }

    private static Verdict JudgeNamesKept(X509Certificate2 served, X509Certificate2 leaf)
    {
        string[] lost = NamesOf.Lost(served, leaf);
        return lost.Length == 0
            ? Requirement.NamesKept.Met("It has all names of the certificate that is served.")
            : Requirement.NamesKept.Unmet(
                $"It lacks names of the certificate that is served: {string.Join(", ", lost)}. Clients that verify them will refuse the server.",
                "Request a certificate with these names too: Get-PgServerCertificate | New-PgCsr copies them.");
    }

    private static Verdict JudgeServed(X509Certificate2 served, X509Certificate2 leaf)
    {
        if (served.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
            return Requirement.Served.Met("The server serves this certificate.");
        string key = SubjectPublicKey.EncodingOf(served).AsSpan().SequenceEqual(SubjectPublicKey.EncodingOf(leaf))
            ? "the same key" : "another key";
        return Requirement.Served.Unmet(
            $"The server serves another certificate, of '{CertificateNames.Display(served)}', " +
            $"valid until {CertificateTime.Day(served.NotAfter.ToUniversalTime())}, with {key}.",
            "Install-PgServerCertificate; if these are the server's own files already, reload the server.");
    }
}
