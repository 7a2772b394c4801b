using System.Formats.Asn1;
using System.Globalization;
using System.Text;
using PgSsl.Asn1;

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
        if (!reader.HasTime())
            throw new AsnContentException("Not a time.");
        AsnAny value = reader.ReadAny();
        bool isUtc = value.Type == UniversalTagNumber.UtcTime;
        string text = Encoding.Latin1.GetString(value.Content.Span);
        if (text.Length != (isUtc ? 13 : 15))
            return null;
        if (isUtc)
            text = (string.CompareOrdinal(text[..2], "50") < 0 ? "20" : "19") + text;
        // There is a year 0 for OpenSSL, and none for .NET.
        if (text.StartsWith("0000", StringComparison.Ordinal))
            return Parse("2000" + text[4..]) is null ? null : DateTimeOffset.MinValue;
        return Parse(text);
    }

    private static DateTimeOffset? Parse(string text) => DateTimeOffset.TryParseExact(
        text, "yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
