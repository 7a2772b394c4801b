using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace PgSsl.Certificates;

/// <summary>A time in a certificate or CRL: only the two forms of RFC 5280 are accepted (x509_vfy.c, X509_cmp_time).</summary>
internal static class CertificateTime
{
    /// <summary>The day in UTC for a message, whatever the calendar of the user's culture.</summary>
    public static string Day(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "an unreadable date";

    /// <summary>Reads a time; null for one that is not written as RFC 5280 demands.</summary>
    public static DateTimeOffset? Read(AsnReader reader)
    {
        Asn1Tag tag = reader.PeekTag();
        if (tag != Asn1Tag.UtcTime && tag != Asn1Tag.GeneralizedTime)
            throw new AsnContentException("Not a time.");
        ReadOnlyMemory<byte> encoded = reader.ReadEncodedValue();
        AsnDecoder.ReadEncodedValue(encoded.Span, AsnEncodingRules.BER, out int offset, out int length, out _);
        string text = Encoding.Latin1.GetString(encoded.Span.Slice(offset, length));
        if (tag == Asn1Tag.UtcTime && text.Length == 13)
            text = (string.CompareOrdinal(text[..2], "50") < 0 ? "20" : "19") + text;
        return DateTimeOffset.TryParseExact(text, "yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
    }
}
