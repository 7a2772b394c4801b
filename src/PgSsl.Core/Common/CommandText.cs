using System.Globalization;
using System.Text;

namespace PgSsl.Common;

/// <summary>
/// Writes text into commands that are shown to be copied. The text may come from a server or a file, and whoever copies the command must run
/// that command and nothing else: so the text never ends its quotes, and no character that a terminal acts on is in it.
/// </summary>
internal static class CommandText
{
    // A name that a command cannot have. Nothing is called so, and the command fails.
    private const string NotWritable = "'<a name that cannot be written here>'";

    /// <summary>
    /// An argument of a cmdlet, as PowerShell reads it: one string with this value. In quotes, unless the bare word is the same.
    /// </summary>
    public static string Quote(string argument)
    {
        if (IsWord(argument))
            return argument;
        if (!IsVisible(argument))
            return QuoteEscaped(argument);
        // CharTraits.IsSingleQuote: four characters end such a string, and two in a row stand for the second one.
        var quoted = new StringBuilder("'", argument.Length + 2);
        foreach (char c in argument)
            quoted.Append(c, IsSingleQuote(c) ? 2 : 1);
        return quoted.Append('\'').ToString();
    }

    /// <summary>
    /// An argument of a program, such as chmod or openssl: for sh, and for PowerShell on the same system, because nobody knows into which of them
    /// it is copied. What is right in one of them could run a part of the text in the other.
    /// </summary>
    public static string Shell(string argument)
    {
        if (OperatingSystem.IsWindows())
            return Quote(argument);
        if (IsVisible(argument))
        {
            if (!argument.Any(IsSingleQuote))
                return $"'{argument}'";
            // The exclamation mark: bash looks for it between these quotes, too.
            if (!argument.Any(c => IsDoubleQuote(c) || c is '$' or '`' or '\\' or '!'))
                return $"\"{argument}\"";
        }
        return WithPrintf(argument);
    }

    /// <summary>The same without quotes where there is nothing to quote: for a name of an account or a host.</summary>
    public static string ShellWord(string argument) =>
        argument.Length > 0 && argument[0] != '-' && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-')
            ? argument
            : Shell(argument);

    /// <summary>A file as an argument of a program: never an option.</summary>
    public static string ShellPath(string path) => Shell(path.StartsWith('-') ? $"./{path}" : path);

    // Half a character is a byte of a file (ServerText), or nothing at all.
    internal static bool IsVisible(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune) || IsHidden(rune))
                return false;
            i += rune.Utf16SequenceLength - 1;
        }
        return true;
    }

    internal static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsSingleQuote(char c) => c is '\'' or (>= '\u2018' and <= '\u201B');

    private static bool IsDoubleQuote(char c) => c is '"' or (>= '\u201C' and <= '\u201E');

    // A number is not a string, and neither is 1kb or 0x1f: a word that begins like one has a colon, a slash or a second dot.
    private static bool IsWord(string text) => text switch
    {
        [] => false,
        _ when !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_' or '/' or '\\' or '=') => false,
        ['/' or '_', ..] or ['.', '/' or '\\', ..] => true,
        [var first, ..] when char.IsAsciiDigit(first) => text.AsSpan().ContainsAny(':', '/') || text.Count(c => c == '.') > 1,
        [var first, ..] => char.IsAsciiLetter(first),
    };

    /// <summary>
    /// PowerShell's other quotes, with a number for every character that is not a letter or harmless. sh would take a backtick for the start of a
    /// command: it finds no name of one behind it.
    /// </summary>
    private static string QuoteEscaped(string text)
    {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsLetterOrDigit(text[i]) || text[i] is ' ' or '.' or '_' or '/' or ':' or '-' or '=')
                quoted.Append(text[i]);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"`u{{{(int)text[i]:x}}}");
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// A text that printf writes: sh and PowerShell run it inside of quotes, and it has no character that ends them. The shell removes line breaks at
    /// the end of what it writes, so such a name, a dangerous one, is not written.
    /// </summary>
    private static string WithPrintf(string text)
    {
        byte[] bytes = ServerText.Encode(text);
        if (bytes is [.., (byte)'\n'] || bytes.Contains((byte)0) || ServerText.Decode(bytes) != text)
            return NotWritable;
        var format = new StringBuilder("\"$(printf '");
        foreach (byte b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || (char)b is ' ' or '.' or '_' or '/' or ':' or '=')
                format.Append((char)b);
            else
                format.Append('\\').Append(Convert.ToString(b, toBase: 8).PadLeft(3, '0'));
        }
        return format.Append("')\"").ToString();
    }
}
