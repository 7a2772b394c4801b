using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates.Verification;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.SslModes.Names;

/// <summary>The names in a server's certificate that drivers compare, and the messages about them.</summary>
internal sealed class LeafNames
{
    private const int MostNamesShown = 3;

    private LeafNames(ParsedCertificate? certificate)
    {
        IReadOnlyList<GeneralName> alternatives = certificate?.Extensions.SubjectAlternativeNames ?? [];
        Dns = [.. alternatives.Where(name => name.Kind == GeneralNameKind.Dns).Select(name => Encoding.Latin1.GetString(name.Value.Span))];
        Addresses =
        [
            .. alternatives
                .Where(name => name.Kind == GeneralNameKind.IpAddress && name.Value.Length is 4 or 16)
                .Select(name => new IPAddress(name.Value.Span)),
        ];
        Common = [.. (certificate?.Subject.AttributesOf(Oids.CommonName) ?? []).Select(attribute => attribute.Text)];
    }

    /// <summary>The dNSNames of the subject alternative names.</summary>
    public IReadOnlyList<string> Dns { get; }

    /// <summary>The iPAddresses of the subject alternative names.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>The common names of the subject, in the order of the certificate.</summary>
    public IReadOnlyList<string> Common { get; }

    public static LeafNames Of(X509Certificate2 leaf) => new(ParsedCertificate.Of(leaf));

    /// <summary>A match with one of the names, or why there is none.</summary>
    /// <param name="host">The host that the client connects to.</param>
    /// <param name="source">The kind of the names.</param>
    /// <param name="names">The names that the library compares with this host.</param>
    /// <param name="matches">The rule of the library.</param>
    /// <param name="library">The name of the library.</param>
    public NameVerdict Compare(string host, NameSource source, IReadOnlyList<string> names, Func<string, bool> matches, string library)
    {
        int found = 0;
        while (found < names.Count && !matches(names[found]))
            found++;
        return found < names.Count
            ? new NameVerdict(true, source, names[0], found + 1, "")
            : new NameVerdict(false, NameSource.None, names.Count > 0 ? names[0] : null, names.Count, Mismatch(host, names, library));
    }

    private string Mismatch(string host, IReadOnlyList<string> compared, string library)
    {
        if (compared.Count > 0)
            return $"certificate is for {Listed(compared)}, not for {host}";
        string[] others = [.. Dns, .. Addresses.Select(address => address.ToString()), .. Common];
        return others.Length == 0
            ? $"certificate names no host, and the client connects to {host}"
            : $"certificate is for {Listed(others)}; {library} finds no name in it to compare with {host}: " +
                "it needs a subject alternative name";
    }

    private static string Listed(IReadOnlyList<string> names)
    {
        string shown = string.Join(", ", names.Take(MostNamesShown).Select(PrintableText.Of));
        return names.Count > MostNamesShown ? $"{shown} and {names.Count - MostNamesShown} more" : shown;
    }
}
