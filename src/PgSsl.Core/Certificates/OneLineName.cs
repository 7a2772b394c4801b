using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PgSsl.Certificates;

/// <summary>
/// A distinguished name in one line, as pg_stat_ssl shows it: <c>/O=Example/CN=app</c> (be-secure-openssl.c, X509_NAME_to_cstring: OpenSSL's
/// short names, values escaped as in RFC 2253), cut at 63 bytes (NAMEDATALEN).
/// </summary>
/// <param name="text">The line.</param>
internal sealed partial class OneLineName(string text)
{
    // The server keeps 63 bytes, and may drop up to three more of a character that was cut.
    private const int LeastCut = 60;

    private static readonly Dictionary<string, string> ShortNames = new()
    {
        ["2.5.4.3"] = "CN", ["2.5.4.4"] = "SN", ["2.5.4.5"] = "serialNumber", ["2.5.4.6"] = "C", ["2.5.4.7"] = "L", ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street", ["2.5.4.10"] = "O", ["2.5.4.11"] = "OU", ["2.5.4.12"] = "title", ["2.5.4.13"] = "description",
        ["2.5.4.15"] = "businessCategory", ["2.5.4.17"] = "postalCode", ["2.5.4.41"] = "name", ["2.5.4.42"] = "GN", ["2.5.4.43"] = "initials",
        ["2.5.4.44"] = "generationQualifier", ["2.5.4.46"] = "dnQualifier", ["2.5.4.65"] = "pseudonym",
        ["2.5.4.97"] = "organizationIdentifier", ["1.2.840.113549.1.9.1"] = "emailAddress", ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    private readonly (string Type, string Value)[] _parts =
        [.. Part().Matches(text).Select(match => (match.Groups["type"].Value, match.Groups["value"].Value))];

    private bool MayBeCut => Encoding.UTF8.GetByteCount(text) >= LeastCut;

    /// <summary>The first common name, which the rules of pg_hba.conf compare; empty if there is none, null if it may be cut.</summary>
    public string? CommonName
    {
        get
        {
            int index = Array.FindIndex(_parts, part => part.Type == "CN");
            return MayBeCut && (index < 0 || index == _parts.Length - 1) ? null : index < 0 ? "" : Unescape(_parts[index].Value);
        }
    }

    /// <summary>The name as <c>clientname=DN</c> compares it (XN_FLAG_RFC2253: the last attribute first); null if it may be cut.</summary>
    public string? Rfc2253 => MayBeCut ? null : string.Join(",", Enumerable.Reverse(_parts).Select(part => $"{part.Type}={EscapeMsb(part.Value)}"));

    /// <summary>Whether it may be the name of a certificate; null where OpenSSL's word for one of the attributes is not known here.</summary>
    public bool? IsOf(DistinguishedName name) => Of(name) is not { } line ? null
        : line == text || (MayBeCut && line.StartsWith(text.TrimEnd('\uFFFD'), StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string ToString() => text;

    private static string? Of(DistinguishedName name)
    {
        var line = new StringBuilder();
        foreach (NameAttribute attribute in name.Attributes)
        {
            if (attribute.Utf8 is not { } utf8 || !ShortNames.TryGetValue(attribute.Oid, out string? type))
                return null;
            line.Append(CultureInfo.InvariantCulture, $"/{type}={Escape(Encoding.UTF8.GetString(utf8))}");
        }
        return line.ToString();
    }

    // a_strex.c, do_esc_char, with ASN1_STRFLGS_ESC_2253 and ASN1_STRFLGS_ESC_CTRL.
    private static string Escape(string value)
    {
        var escaped = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            bool isSpecial = c is ',' or '+' or '"' or '\\' or '<' or '>' or ';' || (i == 0 && c is '#' or ' ')
                || (i == value.Length - 1 && c == ' ');
            if (c is < ' ' or '\x7f')
                escaped.Append(CultureInfo.InvariantCulture, $"\\{(int)c:X2}");
            else
                escaped.Append(isSpecial ? "\\" : "").Append(c);
        }
        return escaped.ToString();
    }

    private static string EscapeMsb(string value) => string.Concat(
        value.EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString()
            : string.Concat(Encoding.UTF8.GetBytes(rune.ToString()).Select(code => $"\\{code:X2}"))));

    private static string Unescape(string value) => Escaped().Replace(
        value, match => match.Value.Length == 3 ? ((char)Convert.ToByte(match.Value[1..], 16)).ToString() : match.Value[1..]);

    [GeneratedRegex(@"/(?<type>[A-Za-z][A-Za-z0-9.-]*)=(?<value>.*?)(?=/[A-Za-z][A-Za-z0-9.-]*=|\z)", RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex(@"\\(?:[0-9A-F]{2}|.)", RegexOptions.Singleline)]
    private static partial Regex Escaped();
}
