using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.SslModes.Names;

/// <summary>
/// How Go compares names (crypto/x509 verify.go, Certificate.VerifyHostname): subject alternative names only, never the common name;
/// an address only with an iPAddress; "*" only as the whole first label.
/// </summary>
internal static class GoNames
{
    private const string Library = "Go";

    public static NameVerdict Verify(X509Certificate2 leaf, string host)
    {
        var names = LeafNames.Of(leaf);
        if (ParseAddress(Unbracketed(host)) is { } address)
        {
            string[] addresses = [.. names.Addresses.Select(ToText)];
            return names.Compare(host, NameSource.IpAddress, addresses, name => name == ToText(address), Library);
        }
        bool isValidHost = IsHostName(host.EndsWith('.') ? host[..^1] : host, isPattern: false);
        return names.Compare(host, NameSource.DnsName, names.Dns, name => Matches(name, host, isValidHost), Library);
    }

    /// <summary>A name that is not valid by the rules still matches itself (matchExactly).</summary>
    private static bool Matches(string pattern, string host, bool isValidHost)
    {
        if (!isValidHost || !IsHostName(pattern, isPattern: true))
            return host is not ("" or ".") && pattern.Equals(host, StringComparison.OrdinalIgnoreCase);
        string[] patternLabels = pattern.Split('.');
        string[] hostLabels = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        if (patternLabels[0] == "*")
            patternLabels[0] = hostLabels[0];
        return patternLabels.SequenceEqual(hostLabels, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>validHostname: labels of letters, digits, underscores and hyphens that are not first.</summary>
    private static bool IsHostName(string name, bool isPattern) =>
        name.Split('.').Skip(isPattern && (name == "*" || name.StartsWith("*.", StringComparison.Ordinal)) ? 1 : 0).All(label =>
            label.Length > 0 && label[0] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    private static string Unbracketed(string host) => host.Length >= 3 && host[0] == '[' && host[^1] == ']' ? host[1..^1] : host;

    /// <summary>net.ParseIP: four decimal parts without leading zeros, or IPv6 without a zone.</summary>
    private static IPAddress? ParseAddress(string host)
    {
        if (host.Contains('%') || !IPAddress.TryParse(host, out IPAddress? address))
            return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host ? address : null;
    }

    // IP.Equal: an IPv4 address and its IPv6-mapped form are the same.
    private static string ToText(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
