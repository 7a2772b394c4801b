using System.Formats.Asn1;
using System.Text;
using PgSsl.Certificates;

namespace PgSsl.Requests;

/// <summary>One attribute of a subject that is to be written; it has been found good.</summary>
internal sealed class SubjectAttribute
{
    private const int CountryLength = 2;

    private static readonly UniversalTagNumber[] StringTypes =
        [UniversalTagNumber.UTF8String, UniversalTagNumber.PrintableString, UniversalTagNumber.IA5String, UniversalTagNumber.BMPString];

    private readonly byte[] _encoded;

    private SubjectAttribute(byte[] encoded) => _encoded = encoded;

    /// <summary>Makes an attribute of a text.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>; the message names the field.</exception>
    public static SubjectAttribute Create(AttributeType type, string value)
    {
        Check(type, value);
        return new SubjectAttribute(Encode(type, writer => writer.WriteCharacterString(type.Tag, value)));
    }

    /// <summary>Makes a country of a code in any case; UK, which ISO 3166 only reserves, is refused: a CA takes GB.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>; the message shows what was typed.</exception>
    public static SubjectAttribute CreateCountry(string code)
    {
        Check(AttributeType.Country, code);
        string upper = code.ToUpperInvariant();
        if (upper == "UK")
            throw SubjectErrors.Attribute(
                AttributeType.Country,
                $"\"{code}\" is no country code of ISO 3166: that of the United Kingdom is GB",
                "Write -Country GB. If it has to be UK all the same, -Subject takes it.");
        return Create(AttributeType.Country, upper);
    }

    /// <summary>Makes an attribute of an encoded value (RFC 4514 2.4, <c>#0C03646231</c>), which stays in its string type.</summary>
    /// <remarks>OpenSSL refuses a whole certificate for a value that is no string (crypto/asn1/tasn_typ.c, B_ASN1_PRINTABLE).</remarks>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>: it is no such value, or not a good one.</exception>
    public static SubjectAttribute FromEncoded(AttributeType type, byte[] value)
    {
        try
        {
            byte[] encoded = Encode(type, writer => writer.WriteEncodedValue(value));
            NameAttribute read = NameAttribute.Read(new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence());
            if (Array.IndexOf(StringTypes, read.Tag) < 0)
                throw new AsnContentException();
            Check(type, read.Text);
            // What does not come out as it went in was not well-formed, or more than one value.
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
            throw SubjectErrors.Attribute(type, "is empty", "Leave it out, or give it a value.");
        if (value.Any(char.IsControl))
            throw SubjectErrors.Attribute(
                type, $"\"{CertificateNames.Printable(value)}\" holds a control character", "Write it without NUL, tabs and line breaks.");
        if (type == AttributeType.Country && !(value.Length == CountryLength && value.All(char.IsAsciiLetter)))
            throw SubjectErrors.Attribute(
                type, $"\"{value}\" is not a country code of two letters", "Use the code of ISO 3166: US, DE, GB (not UK) …");
        // RFC 2822 3.4.1: something, an @, a domain.
        if (type == AttributeType.EmailAddress && value.LastIndexOf('@') is var at && (at < 1 || at == value.Length - 1))
            throw SubjectErrors.Attribute(type, $"\"{value}\" has no name and domain with an @ between them", "Write it as dba@example.com.");
        CheckCharacters(type, value);
        int length = value.EnumerateRunes().Count();
        if (length > type.MaximumLength)
            throw SubjectErrors.Attribute(
                type,
                $"\"{value}\" has {length} characters; certificates have room for {type.MaximumLength}",
                type == AttributeType.CommonName
                    ? "Use a shorter one; a long host name goes into -DnsName, which is what clients look at."
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
                $"The {type.Name} \"{CertificateNames.Printable(value)}\" holds characters that it cannot have.",
                type.Tag switch
                {
                    UniversalTagNumber.IA5String => "It takes ASCII only.",
                    UniversalTagNumber.PrintableString => "It takes letters, digits, blanks and '()+,-./:=? only.",
                    _ => "Half of a surrogate pair is not a character.",
                },
                exception);
        }
    }
}
