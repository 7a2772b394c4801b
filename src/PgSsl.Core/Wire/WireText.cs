using System.Text;
using PgSsl.Common;

namespace PgSsl.Wire;

/// <summary>Turns bytes that an unauthenticated server sent into text that is safe to show: printable, and short.</summary>
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

    /// <summary>Decodes a message's text; <see cref="PrintableText"/>, because an attacker may have written it (CVE-2024-10977).</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Shorten(Encoding.UTF8.GetString(bytes));

    /// <summary>As <see cref="Decode"/>, of a text that is already decoded. A line break becomes a blank.</summary>
    public static string Shorten(string received)
    {
        string text = PrintableText.Of(received.ReplaceLineEndings(" "));
        if (text.Length <= MaxShown)
            return text;
        int end = char.IsHighSurrogate(text[MaxShown - 1]) ? MaxShown - 1 : MaxShown;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
