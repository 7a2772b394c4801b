namespace PgSsl.Server.Configuration;

/// <summary>
/// Splits postgresql.conf into tokens as the server's scanner does (guc-file.l): the longest match wins, and of equal matches the earlier
/// rule. Bytes from 128 on are letters; a carriage return is a blank.
/// </summary>
internal sealed class GucLexer(byte[] content)
{
    private int _next;

    /// <summary>The number of the line that is being read, from 1 (ConfigFileLineno).</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The next token; at the end of the file always <see cref="GucTokenKind.End"/>.</summary>
    public GucToken Next()
    {
        SkipBlanksAndComment();
        if (_next >= content.Length)
            return new GucToken(GucTokenKind.End, content.Length, content.Length);
        ReadOnlySpan<byte> rest = content.AsSpan(_next);
        (GucTokenKind kind, int length) = rest[0] switch
        {
            (byte)'\n' => (GucTokenKind.EndOfLine, 1),
            (byte)'=' => (GucTokenKind.EqualsSign, 1),
            (byte)'\'' => String(rest),
            var first when IsLetter(first) => Word(rest),
            _ => Number(rest),
        };
        if (kind == GucTokenKind.EndOfLine)
            Line++;
        _next += length;
        return new GucToken(kind, _next - length, _next);
    }

    private void SkipBlanksAndComment()
    {
        while (_next < content.Length && content[_next] is (byte)' ' or (byte)'\t' or (byte)'\r')
            _next++;
        if (_next >= content.Length || content[_next] != '#')
            return;
        int feed = content.AsSpan(_next).IndexOf((byte)'\n');
        _next = feed < 0 ? content.Length : _next + feed;
    }

    private static (GucTokenKind Kind, int Length) Word(ReadOnlySpan<byte> text)
    {
        int identifier = IdentifierLength(text);
        int qualified = identifier < text.Length && text[identifier] == '.' && IdentifierLength(text[(identifier + 1)..]) is > 0 and int second
            ? identifier + 1 + second
            : 0;
        int unquoted = identifier;
        while (unquoted < text.Length && (IsLetterOrDigit(text[unquoted]) || "-._:/"u8.Contains(text[unquoted])))
            unquoted++;
        return unquoted > Math.Max(identifier, qualified) ? (GucTokenKind.UnquotedString, unquoted)
            : qualified > 0 ? (GucTokenKind.QualifiedIdentifier, qualified)
            : (GucTokenKind.Identifier, identifier);
    }

    private static int IdentifierLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || !IsLetter(text[0]))
            return 0;
        int length = 1;
        while (length < text.Length && IsLetterOrDigit(text[length]))
            length++;
        return length;
    }

    // A doubled quote may also end the string, if no other quote follows in the line.
    private static (GucTokenKind Kind, int Length) String(ReadOnlySpan<byte> text)
    {
        int end = 0;
        for (int i = 1; i < text.Length && text[i] != '\n'; i++)
        {
            if (text[i] == '\\')
            {
                if (++i >= text.Length || text[i] == '\n')
                    break;
            }
            else if (text[i] == '\'')
            {
                end = i + 1;
                if (end >= text.Length || text[end] != '\'')
                    break;
                i++;
            }
        }
        return end > 0 ? (GucTokenKind.String, end) : (GucTokenKind.Error, 1);
    }

    private static (GucTokenKind Kind, int Length) Number(ReadOnlySpan<byte> text)
    {
        int sign = text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        int digits = sign + Run(text[sign..], char.IsAsciiDigit);
        int integer = 0;
        if (digits > sign)
        {
            integer = digits + Run(text[digits..], char.IsAsciiLetter);
            int hexadecimal = text[sign..].StartsWith("0x"u8) ? Run(text[(sign + 2)..], char.IsAsciiHexDigit) : 0;
            if (hexadecimal > 0)
                integer = Math.Max(integer, sign + 2 + hexadecimal + Run(text[(sign + 2 + hexadecimal)..], char.IsAsciiLetter));
        }
        int real = 0;
        if (digits < text.Length && text[digits] == '.')
        {
            real = digits + 1 + Run(text[(digits + 1)..], char.IsAsciiDigit);
            real += ExponentLength(text[real..]);
        }
        return integer == 0 && real == 0 ? (GucTokenKind.Error, 1)
            : real > integer ? (GucTokenKind.Real, real)
            : (GucTokenKind.Integer, integer);
    }

    private static int ExponentLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is not ((byte)'e' or (byte)'E'))
            return 0;
        int start = text.Length > 1 && text[1] is (byte)'-' or (byte)'+' ? 2 : 1;
        int digits = Run(text[start..], char.IsAsciiDigit);
        return digits == 0 ? 0 : start + digits;
    }

    private static int Run(ReadOnlySpan<byte> text, Func<char, bool> belongs)
    {
        int length = 0;
        while (length < text.Length && belongs((char)text[length]))
            length++;
        return length;
    }

    private static bool IsLetter(byte value) => value >= 128 || value == '_' || char.IsAsciiLetter((char)value);

    private static bool IsLetterOrDigit(byte value) => IsLetter(value) || char.IsAsciiDigit((char)value);
}
