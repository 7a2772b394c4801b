using System.Text;
using PgSsl.Common;

namespace PgSsl.Server.Configuration;

/// <summary>Values in single quotes, as in postgresql.conf (guc-file.l, DeescapeQuotedString).</summary>
internal static class GucString
{
    /// <summary>The meaning of a quoted token.</summary>
    /// <param name="token">Its bytes, quotes included.</param>
    public static string Unquote(ReadOnlySpan<byte> token)
    {
        // The server uses C strings: everything behind a NUL is lost, and so is the last character, which it takes for the closing quote.
        int nul = token.IndexOf((byte)0);
        ReadOnlySpan<byte> text = nul < 0 ? token[1..] : token[1..Math.Max(nul, 1)];
        var value = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                value.Add(Unescape(text, ref i));
            else if (text[i] == '\'' && i + 1 < text.Length && text[i + 1] == '\'')
                value.Add(text[++i]);
            else
                value.Add(text[i]);
        }
        if (value.Count > 0)
            value.RemoveAt(value.Count - 1);
        int end = value.IndexOf(0);
        return ServerText.Decode(end < 0 ? value.ToArray() : value.GetRange(0, end).ToArray());
    }

    /// <summary>A value for postgresql.conf, in quotes.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: it contains a NUL.</exception>
    public static string Quote(string value)
    {
        var quoted = new StringBuilder("'");
        foreach (char c in value)
            quoted.Append(c switch
            {
                '\'' => "''",
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\0' => throw new PgSslException(
                    PgSslError.InvalidParameterValue,
                    "The value of a server parameter cannot contain the character NUL.",
                    "Give the value without it."),
                _ => c.ToString(),
            });
        return quoted.Append('\'').ToString();
    }

    private static byte Unescape(ReadOnlySpan<byte> text, ref int i)
    {
        i++;
        switch ((char)text[i])
        {
            case 'b':
                return (byte)'\b';
            case 'f':
                return (byte)'\f';
            case 'n':
                return (byte)'\n';
            case 'r':
                return (byte)'\r';
            case 't':
                return (byte)'\t';
            case >= '0' and <= '7':
                int octal = 0, digits = 0;
                for (; digits < 3 && i + digits < text.Length && text[i + digits] is >= (byte)'0' and <= (byte)'7'; digits++)
                    octal = (octal << 3) + text[i + digits] - '0';
                i += digits - 1;
                return (byte)octal;
            default:
                return text[i];
        }
    }
}
