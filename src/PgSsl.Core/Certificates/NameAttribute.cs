using System.Formats.Asn1;
using System.Text;

namespace PgSsl.Certificates;

/// <summary>One attribute of a distinguished name.</summary>
/// <param name="Oid">The attribute type.</param>
/// <param name="Tag">The ASN.1 string type that it was written in.</param>
/// <param name="Content">The bytes of the string, as written: what libpq compares.</param>
/// <param name="Encoded">The whole encoded value.</param>
/// <param name="Utf8">The string in UTF-8; null for a type that OpenSSL does not convert.</param>
internal sealed record NameAttribute(
    string Oid, UniversalTagNumber Tag, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Encoded, byte[]? Utf8)
{
    /// <summary>The value for people.</summary>
    public string Text => Encoding.UTF8.GetString(Utf8 ?? Content.ToArray());

    public static NameAttribute Read(AsnReader pair)
    {
        string oid = pair.ReadObjectIdentifier();
        ReadOnlyMemory<byte> encoded = pair.ReadEncodedValue();
        Asn1Tag tag = AsnDecoder.ReadEncodedValue(encoded.Span, AsnEncodingRules.BER, out int offset, out int length, out _);
        ReadOnlyMemory<byte> content = encoded.Slice(offset, length);
        var type = tag.TagClass == TagClass.Universal && !tag.IsConstructed ? (UniversalTagNumber)tag.TagValue : UniversalTagNumber.Sequence;
        return new NameAttribute(oid, type, content, encoded, ToUtf8(type, content.Span));
    }

    /// <summary>crypto/asn1/a_strex.c, ASN1_STRING_to_UTF8, for the types that x_name.c folds.</summary>
    private static byte[]? ToUtf8(UniversalTagNumber type, ReadOnlySpan<byte> content) => type switch
    {
        UniversalTagNumber.UTF8String => content.ToArray(),
        UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.T61String
            or UniversalTagNumber.VisibleString => Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(content)),
        UniversalTagNumber.BMPString => Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(content)),
        UniversalTagNumber.UniversalString => Encoding.UTF8.GetBytes(new UTF32Encoding(bigEndian: true, byteOrderMark: false).GetString(content)),
        _ => null,
    };
}
