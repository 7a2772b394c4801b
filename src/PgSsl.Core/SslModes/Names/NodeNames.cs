using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.SslModes.Names;

/// <summary>
/// How Node.js compares names (lib/tls.js, checkServerIdentity, since 16.14): an address only with an iPAddress, a name with the
/// dNSNames or, without any, with all common names; one "*" anywhere in the first label, of three labels or more.
/// </summary>
internal static class NodeNames
{
    private const string Library = "Node.js";

    public static NameVerdict Verify(X509Certificate2 leaf, string host)
    {
        var names = LeafNames.Of(leaf);
        string target = Unqualified(host);
        if (ParseAddress(target) is { } address)
        {
            string[] addresses = [.. names.Addresses.Select(name => name.ToString())];
            return names.Compare(host, NameSource.IpAddress, addresses, name => name == address.ToString(), Library);
        }
        return names.Dns.Count > 0
            ? names.Compare(host, NameSource.DnsName, names.Dns, name => Matches(name, target), Library)
            : names.Compare(host, NameSource.CommonName, names.Common, name => Matches(name, target), Library);
    }

    private static bool Matches(string pattern, string host)
    {
        string[] patternLabels = Unqualified(pattern).Split('.');
        string[] hostLabels = host.Split('.');
        if (patternLabels.Length != hostLabels.Length
            || patternLabels.Any(label => label.Length == 0 || label.Any(c => c is < '!' or > '\x7F'))
            || !patternLabels.Skip(1).SequenceEqual(hostLabels.Skip(1), StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }
        string[] parts = patternLabels[0].Split('*');
        if (parts.Length == 1 || patternLabels[0].Contains("xn--", StringComparison.OrdinalIgnoreCase))
            return patternLabels[0].Equals(hostLabels[0], StringComparison.OrdinalIgnoreCase);
        return parts.Length == 2
            && patternLabels.Length > 2
            && parts[0].Length + parts[1].Length <= hostLabels[0].Length
            && hostLabels[0].StartsWith(parts[0], StringComparison.OrdinalIgnoreCase)
            && hostLabels[0].EndsWith(parts[1], StringComparison.OrdinalIgnoreCase);
    }

    private static string Unqualified(string name) => name.EndsWith('.') ? name[..^1] : name;

    /// <summary>net.isIP: four decimal parts without leading zeros, or IPv6.</summary>
    private static IPAddress? ParseAddress(string host) =>
        IPAddress.TryParse(host, out IPAddress? address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host) ? address : null;
}
