using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace PgSsl.Common;

/// <summary>
/// What looks like a secret in a word or a text of a configuration file, and how it is shown: too much is masked rather than too little. People
/// also misspell options, switch lines off by #, and give files that are something else.
/// </summary>
internal static partial class SecretText
{
    internal const string Mask = "***";

    // Names of options and of other settings. Of those that the server knows, ldapbindpasswd and radiussecrets are secrets (hba.h).
    // A file of a key and password_encryption are shown.
    internal const string Name =
        @"(passw(?!ord_encryption)|passphrase|pwd|bindpw|bindpass|secret|token|cred|api_?key|private_?key|(pw|pass|key)(?![\w.-]))";

    // Each secret has one of these characters in it or before it, or one of these words at its beginning.
    private static readonly SearchValues<char> Signs = SearchValues.Create("=:$@{\"");
    private static readonly string[] Words = ["md5", "ldapbind", "radiussecret", "pw", "passwd"];

    /// <summary>Whether the value of an option is a secret.</summary>
    public static bool IsSecretName(ReadOnlySpan<char> option) => NameOfSecret().IsMatch(option);

    /// <summary>A word as it is shown; the word itself where nothing in it looks like a secret.</summary>
    /// <param name="word">A word of a line, without quotes.</param>
    /// <param name="isRefused">Whether the server refuses the line, so that a word may be anything.</param>
    public static string MaskWord(string word, bool isRefused)
    {
        if (!MayHold(word))
            return word;
        word = Hash().Replace(word, Mask);
        int sign = isRefused ? word.AsSpan().IndexOfAny('=', ':') : word.IndexOf('=', StringComparison.Ordinal);
        // A pattern may contain everything.
        bool isHidden = sign > 0 && !word.StartsWith('/') && (IsSecretName(word.AsSpan(0, sign)) || IsPair(word, sign));
        if (isHidden)
            return $"{word[..(sign + 1)]}{Mask}";
        return isRefused ? MaskText(word) : MaskUrls(word);
    }

    /// <summary>A word of a file of names. <c>app:secret</c> and <c>app=secret</c> are lines of files with passwords.</summary>
    public static string MaskListed(string word, bool isQuoted)
    {
        int sign = isQuoted || word.StartsWith('/') ? -1 : word.AsSpan().IndexOfAny('=', ':');
        return sign >= 0 ? word[..(sign + 1)] + Mask : MaskWord(word, isRefused: false);
    }

    /// <summary>Whether a word is name:password: not an address, and what is behind the colon is not a port, with or without a mask.</summary>
    private static bool IsPair(string word, int colon) => word[colon] == ':' && word.LastIndexOf(':') == colon
        && (word.Length - colon > "65535/32".Length + 1 || word.AsSpan(colon + 1).IndexOfAnyExceptInRange('/', '9') >= 0);

    /// <summary>Whether a word is a stored password.</summary>
    public static bool IsHash(string word) => MayHold(word) && Hash().IsMatch(word);

    /// <summary>
    /// A text of which nothing is known, such as a comment, in which a rule may be switched off. Where a secret ends is not known, so nothing is
    /// shown up to the end of the line, and of those that a backslash joins to it. The number of lines is the same.
    /// </summary>
    public static string MaskText(string text)
    {
        if (!MayHold(text))
            return text;
        string[] lines = text.Split('\n');
        bool isHidden = false;
        for (int i = 0; i < lines.Length; i++)
        {
            bool goesOn = lines[i].TrimEnd('\r').EndsWith('\\');
            if (isHidden)
                lines[i] = "";
            else if (MayHold(lines[i]))
                lines[i] = MaskLine(lines[i], out isHidden);
            isHidden &= goesOn;
        }
        return string.Join('\n', lines);
    }

    private static bool MayHold(string text) =>
        text.AsSpan().ContainsAny(Signs) || Array.Exists(Words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string MaskLine(string line, out bool isCut)
    {
        Match match = BeforeSecret().Match(line);
        isCut = match.Success;
        if (!isCut)
            return MaskUrls(Hash().Replace(line, Mask));
        string kept = MaskUrls(Hash().Replace(line[..(match.Index + match.Length)], Mask));
        return kept + (kept[^1] is '=' or ':' or ' ' or '\t' ? "" : "=") + Mask;
    }

    /// <summary>A text with what may be a password in an address (RFC 3986, 3.2.1), or behind its question mark.</summary>
    private static string MaskUrls(string text)
    {
        for (int at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            int start = at + 3, length = text.AsSpan(start).IndexOfAny(" \t\r\n\"");
            string address = length < 0 ? text[start..] : text[start..(start + length)];
            text = text[..start] + MaskAddress(address) + text[(start + address.Length)..];
        }
        return text;
    }

    private static string MaskAddress(string address)
    {
        int end = address.AsSpan().IndexOfAny('/', '?', '#');
        string host = end < 0 ? address : address[..end];
        int colon = host.LastIndexOf(':'), question = address.IndexOf('?', StringComparison.Ordinal), at = address.LastIndexOf('@');
        bool hasPort = colon < 0 || host.EndsWith(']') || host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0;
        // Up to the last @, because a password that is not percent-encoded may contain one, and a slash. One in a filter belongs to no password.
        bool isInFilter = hasPort && question > host.Length && at > question
            && address[host.Length..question].Contains('=', StringComparison.Ordinal);
        if (at >= 0 && !isInFilter)
            address = Mask + address[at..];
        else if (!hasPort)
            // A password whose end is not there.
            return address[..(colon + 1)] + Mask;
        return ValueInAddress().Replace(address, $"${{name}}{Mask}");
    }

    [GeneratedRegex(Name, RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex NameOfSecret();

    // PostgreSQL's own (crypt.c, get_password_type), crypt(3), and RFC 2307.
    [GeneratedRegex(
        @"md5[0-9a-f]{20,}|SCRAM-SHA-[0-9]+\$[^\s""]*|\$(1|2[abxy]?|5|6|7|y|gy|apr1|argon2\w*|scrypt|pbkdf2[\w-]*)\$[^\s""]+|"
            + @"\{(S?SHA[0-9]*|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2)\}[^\s""]+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Hash();

    [GeneratedRegex(@"(?<name>[\w.-]*" + Name + @"[\w.-]*=)[^,&?;]*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex ValueInAddress();

    // An option and its sign; an option whose sign was forgotten; pw X; "name" "password" of PgBouncer; host:port:database:user:password of libpq.
    [GeneratedRegex(
        Name + @"[\w.-]*[""']?[ \t]*[=:]|(ldapbindp[a-z]*|radiussecrets?)\b|"
            + @"(?<![\w.-])(pw|pwd|passwd)[ \t]+(?=\S)|"
            + @"^[ \t#;]*""([^""]|"""")*""[ \t]+(?="")|^[ \t#]*([^:\\\s]|\\.)+:(\*|[0-9]+):([^:\\]|\\.)+:([^:\\]|\\.)+:",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex BeforeSecret();
}
