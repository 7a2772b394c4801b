using System.Text.RegularExpressions;

namespace PgSsl.Connections.Dialects;

/// <summary>
/// Finds the parts of <c>scheme://user:password@host:port,host/database?name=value&amp;…</c> as drivers read them: in a query a plus is a blank,
/// which it is not for libpq. The parts before the query have libpq's names.
/// </summary>
internal static partial class DriverUrl
{
    /// <summary>Finds the parts, in their order. Several hosts are a list, and so are their ports.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidEndpoint"/>: it is not clear where the password ends.</exception>
    public static IReadOnlyList<WrittenParameter> Scan(string text)
    {
        int hash = text.IndexOf('#');
        string url = hash < 0 ? text : text[..hash];
        var found = new List<WrittenParameter>(ScanServer(text));
        found.AddRange(ScanQuery(url, url.IndexOf('?') + 1));
        // A fragment, which nobody reads. It may be the rest of a password.
        if (hash >= 0)
            found.Add(new("#", text[(hash + 1)..], hash, text.Length));
        return found;
    }

    /// <summary>Finds the parts before the query.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidEndpoint"/>: it is not clear where the password ends.</exception>
    public static IReadOnlyList<WrittenParameter> ScanServer(string text)
    {
        string rest = text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..];
        // Of a password with a #, what is behind that would be a fragment.
        RefusedText.RefuseUnencoded(rest.Split('?')[0].Contains('#') ? rest.Replace('#', '/') : rest);
        Match url = Url().Match(text);
        var found = new List<WrittenParameter>();
        Add(found, "user", url.Groups["user"]);
        Add(found, "password", url.Groups["password"]);
        AddHosts(found, url.Groups["hosts"]);
        Add(found, "dbname", url.Groups["database"]);
        return found;
    }

    /// <summary>Finds the parameters of a query, which begins at a place of the text; at 0 there is none.</summary>
    public static IEnumerable<WrittenParameter> ScanQuery(string text, int start)
    {
        for (int end; start > 0 && start < text.Length; start = end + 1)
        {
            end = text.IndexOf('&', start) is var next and >= 0 ? next : text.Length;
            string pair = text[start..end];
            int sign = pair.IndexOf('=');
            string value = sign < 0 ? "" : pair[(sign + 1)..];
            if (pair.Length > 0)
                yield return new(DecodeQuery(sign < 0 ? pair : pair[..sign]), DecodeQuery(value), end - value.Length, end);
        }
    }

    private static void AddHosts(List<WrittenParameter> found, Group hosts)
    {
        var names = new List<string>();
        var ports = new List<string>();
        foreach (string host in hosts.Value.Split(','))
        {
            Match parts = HostAndPort().Match(host);
            names.Add(Uri.UnescapeDataString(parts.Groups["host"].Value.Trim('[', ']')));
            ports.Add(parts.Groups["port"].Value);
        }
        if (hosts.Length == 0)
            return;
        found.Add(new("host", string.Join(',', names), hosts.Index, hosts.Index + hosts.Length));
        if (ports.Exists(port => port.Length > 0))
            found.Add(new("port", string.Join(',', ports), hosts.Index, hosts.Index + hosts.Length));
    }

    private static void Add(List<WrittenParameter> found, string name, Group part)
    {
        if (part.Length > 0)
            found.Add(new(name, Uri.UnescapeDataString(part.Value), part.Index, part.Index + part.Length));
    }

    private static string DecodeQuery(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    // RFC 3986, appendix B, with several hosts.
    [GeneratedRegex(
        @"^[a-z0-9+.:-]+://((?<user>[^:/?#@]*)(:(?<password>[^/?#@]*))?@)?(?<hosts>[^/?#]*)(/(?<database>[^?#]*))?",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Url();

    [GeneratedRegex(@"^(?<host>\[[^\]]*\]|[^:]*)(:(?<port>.*))?", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex HostAndPort();
}
