using System.Formats.Asn1;
using System.Text;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Requests;

/// <summary>One attribute of a new subject, already checked.</summary>
internal sealed class SubjectAttribute
{
    private const int CountryLength = 2;

    private static readonly UniversalTagNumber[] StringTypes =
        [UniversalTagNumber.UTF8String, UniversalTagNumber.PrintableString, UniversalTagNumber.IA5String, UniversalTagNumber.BMPString];

    private readonly byte[] _encoded;

    private SubjectAttribute(byte[] encoded) => _encoded = encoded;

    /// <summary>Makes an attribute from a text.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>; the message names the field.</exception>
    public static SubjectAttribute Create(AttributeType type, string value)
    {
        Check(type, value);
        return new SubjectAttribute(Encode(type, writer => writer.WriteCharacterString(type.Tag, value)));
    }

    /// <summary>Makes a country from a code in upper or lower case. UK is refused: it is only reserved in ISO 3166, and CAs expect GB.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>; the message shows what was typed.</exception>
    public static SubjectAttribute CreateCountry(string code)
    {
        Check(AttributeType.Country, code);
        string upper = code.ToUpperInvariant();
        if (upper == "UK")
            throw SubjectErrors.Attribute(
                AttributeType.Country,
                $"\"{code}\" is not a country code of ISO 3166: the code of the United Kingdom is GB",
                "Write -Country GB. If it must be UK, use -Subject.");
        return Create(AttributeType.Country, upper);
    }

    /// <summary>Makes an attribute from an encoded value (RFC 4514 2.4, <c>#0C03646231</c>); it keeps its string type.</summary>
    /// <remarks>OpenSSL refuses a whole certificate if a value is not a string (crypto/asn1/tasn_typ.c, B_ASN1_PRINTABLE).</remarks>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>: it is not an encoded string, or not allowed.</exception>
    public static SubjectAttribute FromEncoded(AttributeType type, byte[] value)
    {
        try
        {
            byte[] encoded = Encode(type, writer => writer.WriteEncodedValue(value));
            NameAttribute read = NameAttribute.Read(new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence());
            if (Array.IndexOf(StringTypes, read.Tag) < 0)
                throw new AsnContentException();
            Check(type, read.Text);
            // If it is encoded differently again, it was malformed or more than one value.
            if (!Encode(type, writer => writer.WriteCharacterString(read.Tag, read.Text)).AsSpan().SequenceEqual(encoded))
                throw new AsnContentException();
            return new SubjectAttribute(encoded);
        }
        catch (Exception exception) when (exception is AsnContentException or EncoderFallbackException or ArgumentException)
        {
            throw new PgSslException(
                PgSslError.InvalidSubject,
                $"The {type.Name} #{Convert.ToHexString(value)} is not a UTF8String, PrintableString, IA5String or BMPString in DER.",
                "Write the text itself instead of # and its encoding.",
                exception);
        }
    }

    /// <summary>Writes type and value.</summary>
    public void Write(AsnWriter writer) => writer.WriteEncodedValue(_encoded);

    private static byte[] Encode(AttributeType type, Action<AsnWriter> writeValue)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(type.Oid);
            writeValue(writer);
        }
        return writer.Encode();
    }

    private static void Check(AttributeType type, string value)
    {
        if (value.Length == 0)
            throw SubjectErrors.Attribute(type, "is empty", "Omit it, or give it a value.");
        if (value.Any(char.IsControl))
            throw SubjectErrors.Attribute(
                type, $"\"{PrintableText.Of(value)}\" contains a control character", "Write it without NUL, tabs and line breaks.");
        if (type == AttributeType.Country && !(value.Length == CountryLength && value.All(char.IsAsciiLetter)))
            throw SubjectErrors.Attribute(
                type, $"\"{value}\" is not a country code of two letters", "Use the code of ISO 3166: US, DE, GB (not UK) …");
        // RFC 2822 3.4.1: something, an @, a domain.
        if (type == AttributeType.EmailAddress && value.LastIndexOf('@') is var at && (at < 1 || at == value.Length - 1))
            throw SubjectErrors.Attribute(type, $"\"{value}\" is not an e-mail address", "Write it as dba@example.com.");
        CheckCharacters(type, value);
        int length = value.EnumerateRunes().Count();
        if (length > type.MaximumLength)
            throw SubjectErrors.Attribute(
                type,
                $"\"{value}\" has {length} characters; certificates allow {type.MaximumLength}",
                type == AttributeType.CommonName
                    ? "Use a shorter one, and give a long host name with -DnsName: clients read that."
                    : "Use a shorter one.");
    }

    private static void CheckCharacters(AttributeType type, string value)
    {
        try
        {
            new AsnWriter(AsnEncodingRules.DER).WriteCharacterString(type.Tag, value);
        }
        catch (EncoderFallbackException exception)
        {
            throw new PgSslException(
                PgSslError.InvalidSubject,
                $"The {type.Name} \"{PrintableText.Of(value)}\" contains characters that are not allowed.",
                type.Tag switch
                {
                    UniversalTagNumber.IA5String => "Use ASCII only.",
                    UniversalTagNumber.PrintableString => "Use letters, digits, spaces and '()+,-./:=? only.",
                    _ => "Half of a surrogate pair is not a character.",
                },
                exception);
        }
    }
}
