using System.Buffers;
using System.Text;

namespace PgSsl.Common;

/// <summary>
/// The bytes of configuration files as text, and back. The server compares bytes; in practice they are UTF-8. A byte that is not UTF-8
/// becomes a lone surrogate (U+DC80 to U+DCFF), which no UTF-8 produces. So different bytes give different text, and text gives its bytes back.
/// </summary>
internal static class ServerText
{
    private const char FirstByte = '\uDC00';
    private const char LastByte = '\uDCFF';

    /// <summary>Bytes as text.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done)
                text.Append(rune);
            else
                foreach (byte invalid in bytes[..length])
                    text.Append((char)(FirstByte + invalid));
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    /// <summary>The text of a comment, behind its number sign, without the blanks around it; null if it is empty.</summary>
    public static string? DecodeComment(ReadOnlySpan<byte> bytes) => Decode(bytes).Trim() is { Length: > 0 } comment ? comment : null;

    /// <summary>Text as bytes.</summary>
    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstByte, LastByte))
            return Encoding.UTF8.GetBytes(text);
        var bytes = new MemoryStream(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is >= FirstByte and <= LastByte)
            {
                bytes.WriteByte((byte)(text[i] - FirstByte));
                continue;
            }
            int length = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            bytes.Write(Encoding.UTF8.GetBytes(text, i, length));
            i += length - 1;
        }
        return bytes.ToArray();
    }

    /// <summary>Compares without regard to case, for ASCII letters only (pgstrcasecmp.c in the C locale).</summary>
    public static bool EqualsIgnoringCase(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => System.Text.Ascii.EqualsIgnoreCase(one, other);
}
