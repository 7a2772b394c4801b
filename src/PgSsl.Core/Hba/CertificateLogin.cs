using System.Text;
using System.Text.RegularExpressions;

namespace PgSsl.Hba;

/// <summary>
/// Whether the certificate of a client is what a record demands (auth.c: ClientAuthentication for clientcert, CheckCertAuth for the name, and
/// check_usermap of hba.c). The server has verified it by then, which is not looked at here.
/// </summary>
internal static partial class CertificateLogin
{
    /// <summary>Judges a client about whom the record decides.</summary>
    /// <returns>
    /// Whether it passes, null if that is not known; and why not, in the words of the server, or what is not known, as a clause.
    /// </returns>
    public static (bool? Passes, string? Why) Judge(HbaRecord record, HbaClient client, HbaMatchContext context)
    {
        if (record.CertificateDemand == ClientCertificateDemand.None)
            return (true, null);
        if (context.HasClientCa == false)
            return (false, "client certificates can only be checked if a root certificate store is available");
        if (client.CertificateName is not { } given)
            return (null, "whether the client has the certificate that the rule demands, which -ClientCertificateName tells");
        if (given.Length == 0)
            return (false, "connection requires a valid client certificate");
        if (record.CertificateDemand != ClientCertificateDemand.VerifyFull)
            return (true, null);
        if (NameFor(record, given) is not { } name)
            return (null, $"the whole name of the certificate of {given}, which clientname=DN compares");
        string? map = record.Option("map");
        return (string.IsNullOrEmpty(map) ? name == client.User : context.Maps(map, name, client.User)) switch
        {
            true => (true, null),
            null => (null, $"whether the map {map} of pg_ident.conf lets {name} in as {client.User}"),
            _ => (false, $"{WordOf(record.Method)} authentication failed for user \"{client.User}\" (its certificate is for {name}"
                + $"{(string.IsNullOrEmpty(map) ? "" : $", whom the map {map} does not let in as {client.User}")})"),
        };
    }

    // From 14 on there is clientname (be-secure-openssl.c, be_tls_open_server: peer_cn and peer_dn).
    private static string? NameFor(HbaRecord record, string given)
    {
        bool isWhole = WholeName().IsMatch(given);
        if (record.Option("clientname") == "DN")
            return isWhole ? given : null;
        return isWhole ? CommonNameOf(given) : given;
    }

    // The first one (X509_NAME_get_text_by_NID); RFC 2253 writes the last one first, also within a part with several attributes (+).
    private static string CommonNameOf(string whole) => Attributes().Matches(whole).Reverse()
        .Where(attribute => attribute.Groups["type"].Value.ToUpperInvariant() is "CN" or "2.5.4.3")
        .Select(attribute => Unescape(attribute.Groups["value"].Value)).FirstOrDefault() ?? "";

    // RFC 2253 2.4: a backslash before a character, or before the two digits of a byte of UTF-8.
    private static string Unescape(string value)
    {
        string plain = value is ['"', .., '"'] ? value[1..^1] : value.Trim();
        string text = EscapedBytes().Replace(
            plain, bytes => Encoding.UTF8.GetString(Convert.FromHexString(bytes.Value.Replace("\\", "", StringComparison.Ordinal))));
        return Escaped().Replace(text, "$1");
    }

    // auth.c, auth_failed
    private static string WordOf(string method) => method switch
    {
        "cert" => "certificate",
        "trust" => "\"trust\"",
        "md5" or "password" or "scram-sha-256" => "password",
        "gss" => "GSSAPI",
        "oauth" => "OAuth bearer",
        _ => method.ToUpperInvariant(),
    };

    [GeneratedRegex("""(?:^|[,+])\s*(?<type>[A-Za-z0-9.-]+)\s*=\s*(?<value>"(?:\\.|[^"\\])*"|(?:\\.|[^\\,+])*)""", RegexOptions.CultureInvariant)]
    private static partial Regex Attributes();

    [GeneratedRegex(@"(?:\\[0-9A-Fa-f]{2})+", RegexOptions.CultureInvariant)]
    private static partial Regex EscapedBytes();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9.-]*=", RegexOptions.CultureInvariant)]
    private static partial Regex WholeName();
}
