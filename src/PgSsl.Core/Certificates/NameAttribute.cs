using System.Formats.Asn1;
using System.Text;
using PgSsl.Asn1;

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
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding StrictUtf16 = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UTF32Encoding StrictUtf32 = new(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true);

    /// <summary>The value for people.</summary>
    public string Text => Encoding.UTF8.GetString(Utf8 ?? Content.ToArray());

    public static NameAttribute Read(AsnReader pair)
    {
        string oid = pair.ReadOid();
        ReadOnlyMemory<byte> encoded = pair.PeekEncodedValue();
        AsnAny value = pair.ReadAny();
        pair.ThrowIfNotEmpty();
        if (value.Type is not { } type || !IsAttributeType(type))
            throw new AsnContentException("Not the value of an attribute.");
        return new NameAttribute(oid, type, value.Content, encoded, ToUtf8(type, value.Content.Span));
    }

    /// <summary>
    /// x_name.c, X509_NAME_ENTRY: one of B_ASN1_PRINTABLE (include/openssl/asn1.h), which includes the types that OpenSSL does not know
    /// (crypto/asn1/tasn_dec.c, tag2bit), and not VisibleString, OCTET STRING and times.
    /// </summary>
    private static bool IsAttributeType(UniversalTagNumber type) => (int)type is 3 or 7 or 8 or 9 or 11 or 12 or 13 or 14 or 15 or 16
        or 18 or 19 or 20 or 22 or 28 or 29 or 30 or 31;

    /// <summary>crypto/asn1/a_strex.c, ASN1_STRING_to_UTF8, for the types that x_name.c folds. Characters that do not exist are refused.</summary>
    private static byte[]? ToUtf8(UniversalTagNumber type, ReadOnlySpan<byte> content)
    {
        try
        {
            switch (type)
            {
                case UniversalTagNumber.UTF8String:
                    StrictUtf8.GetCharCount(content);
                    return content.ToArray();
                case UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.T61String:
                    return Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(content));
                case UniversalTagNumber.BMPString:
                    // Each unit is a character for OpenSSL, so even the two halves of one character are none.
                    string text = StrictUtf16.GetString(content);
                    return text.Any(char.IsSurrogate) ? throw new AsnContentException("Not a character.") : StrictUtf8.GetBytes(text);
                case UniversalTagNumber.UniversalString:
                    return StrictUtf8.GetBytes(StrictUtf32.GetString(content));
                default:
                    return null;
            }
        }
        catch (ArgumentException)
        {
            throw new AsnContentException("Not a string of its type.");
        }
    }
}
