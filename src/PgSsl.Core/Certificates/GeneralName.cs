using System.Formats.Asn1;
using System.Net;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Common;

namespace PgSsl.Certificates;

/// <summary>The kinds of GeneralName (RFC 5280 4.2.1.6); the numbers are their tags.</summary>
internal enum GeneralNameKind
{
    OtherName = 0,
    Email = 1,
    Dns = 2,
    X400 = 3,
    Directory = 4,
    EdiParty = 5,
    Uri = 6,
    IpAddress = 7,
    RegisteredId = 8,
}

/// <summary>One GeneralName.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Value">The bytes of a string or address; the value inside for otherName; the encoding for the rest.</param>
/// <param name="Directory">The name, for <see cref="GeneralNameKind.Directory"/>.</param>
/// <param name="OtherNameType">The type, for <see cref="GeneralNameKind.OtherName"/>.</param>
internal sealed record GeneralName(
    GeneralNameKind Kind, ReadOnlyMemory<byte> Value, DistinguishedName? Directory = null, string? OtherNameType = null)
{
    /// <summary>The type of the value inside, for <see cref="GeneralNameKind.OtherName"/>.</summary>
    public Asn1Tag? OtherNameTag { get; private init; }

    /// <summary>Reads a name as strictly as OpenSSL (v3_genn.c, GENERAL_NAME).</summary>
    public static GeneralName Read(AsnReader reader)
    {
        Asn1Tag tag = reader.PeekContextTag();
        if (tag.TagValue > (int)GeneralNameKind.RegisteredId)
            throw new AsnContentException("Not a GeneralName.");
        var kind = (GeneralNameKind)tag.TagValue;
        switch (kind)
        {
            case GeneralNameKind.Email or GeneralNameKind.Dns or GeneralNameKind.Uri or GeneralNameKind.IpAddress:
                return new GeneralName(kind, reader.ReadOctets(tag));
            case GeneralNameKind.Directory:
                return new GeneralName(kind, default, reader.ReadSequence(tag).ReadWhole(DistinguishedName.Read));
            case GeneralNameKind.OtherName:
                return reader.ReadSequence(tag).ReadWhole(ReadOtherName);
            case GeneralNameKind.RegisteredId:
                ReadOnlyMemory<byte> identifier = reader.PeekContentBytes();
                reader.ReadOid(tag);
                return new GeneralName(kind, identifier);
            default:
                ReadOnlyMemory<byte> encoded = reader.PeekEncodedValue();
                AsnReader content = reader.ReadSequence(tag);
                if (kind == GeneralNameKind.EdiParty)
                    content.ReadWhole(ReadEdiParty);
                return new GeneralName(kind, encoded);
        }
    }

    /// <summary>Reads a sequence of general names, the content of subjectAltName.</summary>
    public static IReadOnlyList<GeneralName> ReadAll(AsnReader reader, Asn1Tag? tag = null)
    {
        return reader.ReadList(tag ?? Asn1Tag.Sequence).ReadEach(Read);
    }

    /// <summary>crypto/x509/v3_genn.c, GENERAL_NAME_cmp.</summary>
    public bool Matches(GeneralName other) =>
        Kind == other.Kind && OtherNameType == other.OtherNameType && OtherNameTag == other.OtherNameTag
        && (Directory?.Equals(other.Directory) ?? Value.Span.SequenceEqual(other.Value.Span));

    /// <summary>The name with OpenSSL's prefix: <c>DNS:db1</c>, <c>IP:10.0.0.1</c>, <c>email:…</c>, <c>URI:…</c>.</summary>
    public override string ToString() => PrintableText.Of(Describe());

    private static GeneralName ReadOtherName(AsnReader content)
    {
        string type = content.ReadOid();
        AsnAny value = content.ReadSequence(AsnReaderExtensions.ContextTag(0)).ReadWhole(AsnReaderExtensions.ReadAny);
        return new GeneralName(GeneralNameKind.OtherName, value.Content, null, type) { OtherNameTag = value.Tag };
    }

    /// <summary>v3_genn.c, EDIPARTYNAME: an assigner, which may be missing, and a party, each a DirectoryString.</summary>
    private static bool ReadEdiParty(AsnReader content)
    {
        if (content.Has(0))
            ReadDirectoryString(content, 0);
        ReadDirectoryString(content, 1);
        return true;
    }

    private static void ReadDirectoryString(AsnReader content, int number)
    {
        AsnAny value = content.ReadSequence(AsnReaderExtensions.ContextTag(number)).ReadWhole(AsnReaderExtensions.ReadAny);
        if (value.Type is not (UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.T61String
            or UniversalTagNumber.BMPString or UniversalTagNumber.UniversalString))
            throw new AsnContentException("Not a DirectoryString.");
    }

    private string Describe() => Kind switch
    {
        GeneralNameKind.Dns => "DNS:" + Encoding.Latin1.GetString(Value.Span),
        GeneralNameKind.IpAddress when Value.Length is 4 or 16 => "IP:" + new IPAddress(Value.Span),
        GeneralNameKind.IpAddress => "IP:" + Convert.ToHexString(Value.Span),
        GeneralNameKind.Email => "email:" + Encoding.Latin1.GetString(Value.Span),
        GeneralNameKind.Uri => "URI:" + Encoding.Latin1.GetString(Value.Span),
        GeneralNameKind.Directory => "DirName:" + string.Join(", ", Directory!.Attributes.Select(attribute => attribute.Text)),
        GeneralNameKind.OtherName => "othername:" + OtherNameType,
        GeneralNameKind.RegisteredId => "Registered ID",
        GeneralNameKind.X400 => "X400Name",
        _ => "EdiPartyName",
    };
}
