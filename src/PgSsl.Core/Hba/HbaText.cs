using System.Text;

namespace PgSsl.Hba;

/// <summary>The bytes of pg_hba.conf as text. The server compares bytes; names are UTF-8 in practice.</summary>
internal static class HbaText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8, or else a character for each byte: different bytes give different text.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>Letters are equal in both cases as far as they are ASCII (pgstrcasecmp.c in the C locale).</summary>
    public static bool EqualsIgnoringCase(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => System.Text.Ascii.EqualsIgnoreCase(one, other);
}
