using System.Text;

namespace PgSsl.Wire;

/// <summary>Turns bytes that an unauthenticated server sent into text that is safe to show: without control characters, and short.</summary>
internal static class WireText
{
    private const int MaxShown = 200;

    /// <summary>Quotes any bytes; what is not printable ASCII is escaped.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        const int maxBytes = 40;
        var text = new StringBuilder("\"");
        foreach (byte b in bytes[..Math.Min(bytes.Length, maxBytes)])
            text.Append(b is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' ? ((char)b).ToString() : $"\\x{b:X2}");
        return text.Append(bytes.Length > maxBytes ? "…\"" : "\"").ToString();
    }

    /// <summary>
    /// Decodes a message's text. Control characters are left out, terminal escapes too: an attacker may have written it (CVE-2024-10977).
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Clean(Encoding.UTF8.GetString(bytes));

    /// <summary>As <see cref="Decode"/>, of a text that is already decoded.</summary>
    public static string Clean(string received)
    {
        var text = new StringBuilder();
        foreach (Rune rune in received.EnumerateRunes())
        {
            if (text.Length >= MaxShown)
                return text.Append('…').ToString();
            if (!Rune.IsControl(rune))
                text.Append(rune);
            else if (rune.Value is '\n' or '\t')
                text.Append(' ');
        }
        return text.ToString();
    }
}
