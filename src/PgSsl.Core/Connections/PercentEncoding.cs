using System.Globalization;
using System.Text;

namespace PgSsl.Connections;

/// <summary>Percent-encoding in URIs, as libpq 18 reads it (fe-connect.c, conninfo_uri_decode).</summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Decodes a part of a URI.</summary>
    /// <param name="encoded">The part, as written. Blanks around it are removed, and blanks in it refused.</param>
    /// <param name="part">Its name in messages, which never show the part itself, because it may be a password.</param>
    internal static string Decode(string encoded, string part)
    {
        string trimmed = encoded.Trim(' ');
        if (trimmed.Contains(' '))
            throw EndpointErrors.Invalid($"There is a blank in {part} of the URI.", "Write a blank as %20.");
        return trimmed.Contains('%') ? DecodeEscapes(trimmed, part) : trimmed;
    }

    /// <summary>Encodes a value of a query. Slashes, colons and commas stay readable: they are not syntax there (RFC 3986, section 3.4).</summary>
    internal static string EncodeQueryValue(string value) =>
        Uri.EscapeDataString(value).Replace("%2F", "/").Replace("%3A", ":").Replace("%2C", ",");

    private static string DecodeEscapes(string encoded, string part)
    {
        var decoded = new StringBuilder();
        var bytes = new List<byte>();
        for (int i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '%')
            {
                bytes.Add(ReadByte(encoded, i, part));
                i += 2;
                continue;
            }
            Flush(bytes, decoded, part);
            decoded.Append(encoded[i]);
        }
        Flush(bytes, decoded, part);
        return decoded.ToString();
    }

    private static byte ReadByte(string encoded, int percent, string part)
    {
        ReadOnlySpan<char> digits = encoded.AsSpan(percent + 1, Math.Min(2, encoded.Length - percent - 1));
        if (digits.Length < 2 || !char.IsAsciiHexDigit(digits[0]) || !char.IsAsciiHexDigit(digits[1]))
            throw EndpointErrors.Invalid(
                $"A percent sign in {part} of the URI is not followed by two hexadecimal digits.", "Write a percent sign as %25.");
        byte value = byte.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value != 0 ? value : throw EndpointErrors.Invalid($"%00 in {part} of the URI is not allowed.", "Remove it.");
    }

    /// <summary>libpq accepts any bytes. Text must be UTF-8, so other bytes are refused rather than changed.</summary>
    private static void Flush(List<byte> bytes, StringBuilder decoded, string part)
    {
        if (bytes.Count == 0) return;
        try
        {
            decoded.Append(StrictUtf8.GetString([.. bytes]));
        }
        catch (DecoderFallbackException)
        {
            throw EndpointErrors.Invalid(
                $"The percent-encoded bytes in {part} of the URI are not UTF-8.", "Encode the text as UTF-8.");
        }
        bytes.Clear();
    }
}
