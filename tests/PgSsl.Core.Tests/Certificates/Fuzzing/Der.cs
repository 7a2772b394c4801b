using System.Formats.Asn1;
using System.Text;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Writes DER, and what only looks like it.</summary>
public static class Der
{
    public static byte[] Value(int tag, params byte[][] content) => new DerNode(tag, [.. content.SelectMany(part => part)]).Encode();

    public static byte[] Sequence(params byte[][] content) => Value(0x30, content);

    public static byte[] Set(params byte[][] content) => Value(0x31, content);

    /// <summary>[number], constructed.</summary>
    public static byte[] Explicit(int number, params byte[][] content) => Value(0xa0 | number, content);

    /// <summary>[number], primitive.</summary>
    public static byte[] Implicit(int number, params byte[][] content) => Value(0x80 | number, content);

    public static byte[] Number(long number)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(number);
        return writer.Encode();
    }

    public static byte[] Oid(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(oid);
        return writer.Encode();
    }

    public static byte[] Octets(params byte[][] content) => Value(4, content);

    public static byte[] Bits(int unused, params byte[] bits) => Value(3, [(byte)unused], bits);

    public static byte[] Boolean(bool value) => Value(1, [value ? (byte)0xff : (byte)0]);

    public static byte[] Null { get; } = [5, 0];

    public static byte[] Text(int tag, string text) => Value(tag, tag switch
    {
        30 => Encoding.BigEndianUnicode.GetBytes(text),
        28 => new UTF32Encoding(bigEndian: true, byteOrderMark: false).GetBytes(text),
        12 => Encoding.UTF8.GetBytes(text),
        _ => Encoding.Latin1.GetBytes(text),
    });

    public static byte[] Time(DateTimeOffset time) => time.Year < 2050
        ? Text(23, time.UtcDateTime.ToString("yyMMddHHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture))
        : Text(24, time.UtcDateTime.ToString("yyyyMMddHHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture));

    public static byte[] Extension(string oid, bool isCritical, byte[] value) =>
        isCritical ? Sequence(Oid(oid), Boolean(true), Octets(value)) : Sequence(Oid(oid), Octets(value));
}
