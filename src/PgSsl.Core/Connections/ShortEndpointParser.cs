using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace PgSsl.Connections;

/// <summary>
/// Reads the short forms that people type instead of a connection string: <c>host</c>, <c>host:port</c>, <c>[v6]</c>, <c>[v6]:port</c>, a bare
/// IPv6 address, or a socket directory.
/// </summary>
internal static partial class ShortEndpointParser
{
    private const string Forms = "Write host, host:port, [ipv6]:port, postgresql://user@host:port/dbname, or host=name port=5432.";

    internal static Dictionary<string, string> Parse(string endpoint)
    {
        EndpointErrors.RefuseNul(endpoint);
        if (endpoint.Length == 0) throw EndpointErrors.Invalid("The endpoint is empty.", Forms);
        if (endpoint[0] is '/' or '@') return Host(endpoint);
        RefuseOtherForms(endpoint);
        if (endpoint[0] == '[') return ParseBracketed(endpoint);
        if (IsIPv6(endpoint)) return Host(endpoint);

        string[] parts = endpoint.Split(':');
        if (parts.Length is 2 or 3 && CloudSqlInstance().IsMatch(endpoint))
            throw EndpointErrors.Invalid(
                $"\"{RefusedText.Show(endpoint)}\" is no host: it looks like the name of a Cloud SQL instance.",
                "Name its address, or 127.0.0.1 with the port of the Cloud SQL Auth Proxy. Its certificate is for project:instance: "
                    + "host=project:instance hostaddr=ADDRESS sslmode=verify-full.");
        if (parts.Length > 2)
            throw EndpointErrors.Invalid($"\"{RefusedText.Show(endpoint)}\" has several colons, but is not an IPv6 address.", Forms);
        if (parts[0].Length == 0) throw EndpointErrors.Invalid("The endpoint has no host before the colon.", Forms);
        return parts.Length == 1 ? Host(endpoint) : Host(parts[0], Port(parts[1]));
    }

    private static void RefuseOtherForms(string endpoint)
    {
        int scheme = endpoint.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            throw EndpointErrors.Invalid(
                $"libpq has no URI scheme \"{Scheme(endpoint[..scheme])}\".",
                "Begin the URI with postgresql:// or postgres://, in lower case.");
        // The text before an @ may be a password, so the message does not repeat it.
        if (endpoint.Contains('@'))
            throw EndpointErrors.Invalid("A user name before the host needs a URI.", "Write postgresql://user@host:port/dbname.");
        if (endpoint.Contains(','))
            throw EndpointErrors.Invalid(
                $"\"{RefusedText.Show(endpoint)}\" lists several hosts.",
                "Give each host as a separate endpoint, or write postgresql://host1,host2/ for one connection.");
        foreach (char character in endpoint)
        {
            if (char.IsWhiteSpace(character) || char.IsControl(character) || "/\\?'\"".Contains(character))
                throw EndpointErrors.Invalid($"\"{RefusedText.Show(endpoint)}\" is not a host.", Forms);
        }
    }

    // jdbc:postgresql has a colon; nothing else of it can be a secret.
    private static string Scheme(string text) => text.All(character => char.IsAsciiLetterOrDigit(character) || character is ':' or '+' or '-' or '.')
        ? text
        : RefusedText.Show(text);

    private static Dictionary<string, string> ParseBracketed(string endpoint)
    {
        int close = endpoint.IndexOf(']');
        if (close < 0 || !IsIPv6(endpoint[1..close]))
            throw EndpointErrors.Invalid("The endpoint has no IPv6 address between brackets.", Forms);
        string address = endpoint[1..close];
        string rest = endpoint[(close + 1)..];
        if (rest.Length == 0) return Host(address);
        if (rest[0] != ':')
            throw EndpointErrors.Invalid("The endpoint has something other than a port after the bracket.", Forms);
        return Host(address, Port(rest[1..]));
    }

    internal static bool IsIPv6(string text) =>
        IPAddress.TryParse(text.Split('%')[0], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    // project:instance or project:region:instance; both names begin with a letter (cloud.google.com, "Instance connection name").
    [GeneratedRegex("^([a-z][a-z0-9.]*-[a-z0-9.-]*|[a-z][a-z0-9.-]*:[a-z]+-[a-z]+[0-9]+):[a-z][a-z0-9-]*$", RegexOptions.ExplicitCapture)]
    private static partial Regex CloudSqlInstance();

    private static string Port(string text)
    {
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port);
        if (isNumber && port is >= 1 and <= 65535) return text;
        throw EndpointErrors.Invalid($"A port is a number from 1 to 65535, and {RefusedText.ShowPort(text)} is not.", Forms);
    }

    private static Dictionary<string, string> Host(string host) => new(StringComparer.Ordinal) { ["host"] = host };

    private static Dictionary<string, string> Host(string host, string port) =>
        new(StringComparer.Ordinal) { ["host"] = host, ["port"] = port };
}
