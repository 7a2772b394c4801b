using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Requirements;

/// <summary>The names in a certificate by which clients verify a server.</summary>
internal static class NamesOf
{
    /// <summary>Names of one certificate that another one does not match: <c>DNS:db1.example.com</c>.</summary>
    /// <param name="old">The certificate with the names.</param>
    /// <param name="new">The other one.</param>
    public static string[] Lost(X509Certificate2 old, X509Certificate2 @new)
    {
        IReadOnlyList<string> kept = CertificateNames.SubjectAlternativeNames(@new);
        bool IsKept((string Shown, string Host) name) => kept.Contains(name.Shown, StringComparer.OrdinalIgnoreCase)
            || (!name.Host.StartsWith("*.", StringComparison.Ordinal) && HostNameVerifier.Verify(@new, name.Host).Matches);
        return [.. Of(old).Where(name => !IsKept(name)).Select(name => name.Shown)];
    }

    /// <summary>Whether a name is one that only a machine has for itself: clients on the network do not use it.</summary>
    /// <param name="shown">A name as <see cref="Lost"/> shows it.</param>
    public static bool IsOfOwnMachine(string shown)
    {
        string host = shown[(shown.IndexOfAny([':', '=']) + 1)..];
        return host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    /// <summary>libpq compares the common name if there is no alternative name of the same kind.</summary>
    private static IEnumerable<(string Shown, string Host)> Of(X509Certificate2 certificate)
    {
        IReadOnlyList<GeneralName> names = ParsedCertificate.Of(certificate)?.Extensions.SubjectAlternativeNames ?? [];
        foreach (GeneralName name in names.Where(name => name.Kind is GeneralNameKind.Dns or GeneralNameKind.IpAddress))
        {
            string shown = name.ToString();
            yield return (shown, shown[(shown.IndexOf(':') + 1)..]);
        }
        if (names.All(name => name.Kind is not (GeneralNameKind.Dns or GeneralNameKind.IpAddress))
            && certificate.GetNameInfo(X509NameType.SimpleName, false) is { Length: > 0 } commonName)
            yield return ($"CN={commonName}", commonName);
    }
}
