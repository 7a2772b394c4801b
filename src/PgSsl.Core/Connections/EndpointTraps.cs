using System.Net;
using System.Text.RegularExpressions;

namespace PgSsl.Connections;

/// <summary>
/// What people write into connections, and libpq takes for something else without a word. The sentences hold no secret: of a password they do not
/// repeat anything.
/// </summary>
internal static partial class EndpointTraps
{
    private static readonly string[] Files = ["sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "passfile"];

    /// <summary>Finds them.</summary>
    /// <param name="parameters">The parameters by libpq's name.</param>
    /// <param name="conninfo">The text, if it is a connection string, in which a backslash is an escape; otherwise null.</param>
    public static IReadOnlyList<string> Find(IReadOnlyDictionary<string, string> parameters, string? conninfo) =>
    [
        .. from host in parameters.GetValueOrDefault("host", "").Split(',')
           let warning = OfHost(host)
           where warning is not null
           select warning,
        .. from name in Files
           where parameters.ContainsKey(name)
           let warning = OfFile(name, parameters[name], conninfo)
           where warning is not null
           select warning,
        .. from parameter in parameters
           where parameter.Value.AsSpan().ContainsAny('\r', '\n')
           select $"The value of {parameter.Key} has a line end in it, perhaps from the file that it was read from: the line end is a part of it.",
        .. parameters.GetValueOrDefault("password") is ['[', _, .., ']']
            ? (string[])["The password stands in brackets: if those are of a template, such as [YOUR-PASSWORD], take them away."] : [],
    ];

    private static string? OfHost(string host)
    {
        if (HostAndPort().IsMatch(host))
            return $"The host \"{host}\" has a port in it, and is looked up as it stands: give the port by itself, as port={host.Split(':')[1]}.";
        if (host is ['[', .., ']'])
            return $"The host \"{host}\" has brackets, which only a URI takes away: write host={host[1..^1]}.";
        if (AddressAndPort().Match(host) is { Success: true } match && IPAddress.TryParse(match.Groups["host"].Value, out _))
            return $"{host} is read as an IPv6 address, and its end not as a port: for that write [{match.Groups["host"]}]:{match.Groups["port"]}.";
        return null;
    }

    private static string? OfFile(string name, string path, string? conninfo)
    {
        if (conninfo?.Contains('\\') == true && Backslash(name).IsMatch(conninfo) && !path.Contains('\\'))
            return $"In a connection string a backslash is an escape, so {name} names the file \"{path}\": write / or \\\\ instead of \\.";
        return path is ['~', ..]
            ? $"No client replaces the ~ in {name}: \"{path}\" is looked for in the current directory. Write the whole path."
            : null;
    }

    private static Regex Backslash(string name) => new(
        $@"(^|\s){name}\s*=\s*('([^'\\]|\\.)*?\\[^'\\]|([^\s'\\]|\\.)*?\\[^\s'\\])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);

    [GeneratedRegex("^[^:/@]+:[0-9]{1,5}$")]
    private static partial Regex HostAndPort();

    // The usual ports of PostgreSQL, PgBouncer and Supabase's pooler; any four digits may be the end of an address.
    [GeneratedRegex("^(?<host>[0-9a-fA-F:]*:[0-9a-fA-F:]*):(?<port>543[0-9]|6432|6543)$", RegexOptions.ExplicitCapture)]
    private static partial Regex AddressAndPort();
}
