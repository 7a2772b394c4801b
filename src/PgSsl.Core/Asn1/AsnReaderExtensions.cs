using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;

namespace PgSsl.Asn1;

/// <summary>
/// What certificates need in addition to <see cref="AsnReader"/>, which is kinder in some places than OpenSSL, and stricter in others.
/// </summary>
internal static class AsnReaderExtensions
{
    // An identifier of so many bytes has no number that AsnReader cannot read.
    private const int ShortIdentifier = 16;

    // tasn_dec.c, ASN1_MAX_STRING_NEST.
    private const int MaximumNesting = 5;

    /// <summary>The tag [0], [1] … of a value.</summary>
    public static Asn1Tag ContextTag(int number) => new(TagClass.ContextSpecific, number);

    /// <summary>The next tag, which must be context-specific: [0], [1] ….</summary>
    public static Asn1Tag PeekContextTag(this AsnReader reader)
    {
        Asn1Tag tag = reader.PeekTag();
        return tag.TagClass == TagClass.ContextSpecific ? tag : throw new AsnContentException("A context-specific tag was expected.");
    }

    /// <summary>Whether a value of that tag comes next, in whatever form.</summary>
    public static bool Has(this AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);

    /// <summary>Whether the value [number] comes next.</summary>
    public static bool Has(this AsnReader reader, int number) => reader.Has(ContextTag(number));

    /// <summary>Whether a time comes next.</summary>
    public static bool HasTime(this AsnReader reader) => reader.Has(Asn1Tag.UtcTime) || reader.Has(Asn1Tag.GeneralizedTime);

    /// <summary>Reads each element of a SEQUENCE OF or SET OF.</summary>
    public static IReadOnlyList<T> ReadEach<T>(this AsnReader elements, Func<AsnReader, T> read)
    {
        var list = new List<T>();
        while (elements.HasData)
            list.Add(read(elements));
        return list;
    }

    /// <summary>Reads a whole value with <paramref name="read"/>; nothing may follow (tasn_dec.c: SEQUENCE_LENGTH_MISMATCH).</summary>
    public static T ReadWhole<T>(this AsnReader content, Func<AsnReader, T> read)
    {
        T value = read(content);
        content.ThrowIfNotEmpty();
        return value;
    }

    /// <summary>
    /// Refuses an empty value at the end whose length is written in two bytes or more: OpenSSL 3.0.19 wants one more byte than there is
    /// (crypto/asn1/asn1_lib.c, asn1_get_length).
    /// </summary>
    public static void RefuseLongEmptyEnd(ReadOnlyMemory<byte> encoded)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.BER);
        while (reader.HasData)
        {
            bool isConstructed = reader.PeekTag().IsConstructed;
            ReadOnlyMemory<byte> whole = reader.PeekEncodedValue(), content = reader.PeekContentBytes();
            reader.ReadEncodedValue();
            if (content.IsEmpty && !reader.HasData && whole.Length > 2 && whole.Span[1] != 0x80)
                throw new AsnContentException("An odd length.");
            if (isConstructed)
                RefuseLongEmptyEnd(content);
        }
    }

    /// <summary>
    /// An identifier, whatever the size of its numbers: AsnReader knows none above 128 bits (crypto/asn1/a_object.c, ossl_c2i_ASN1_OBJECT).
    /// </summary>
    public static string ReadOid(this AsnReader reader, Asn1Tag? tag = null)
    {
        ReadOnlySpan<byte> content = reader.PeekContentBytes().Span;
        if (content.Length <= ShortIdentifier)
            return reader.ReadObjectIdentifier(tag);
        if (!reader.Has(tag ?? Asn1Tag.ObjectIdentifier) || reader.PeekTag().IsConstructed || (content[^1] & 0x80) != 0)
            throw new AsnContentException("Not an object identifier.");
        var numbers = new List<BigInteger>();
        BigInteger number = 0;
        bool isFirst = true;
        foreach (byte part in content)
        {
            if (isFirst && part == 0x80)
                throw new AsnContentException("Not an object identifier.");
            number = (number << 7) | (uint)(part & 0x7f);
            isFirst = (part & 0x80) == 0;
            if (!isFirst)
                continue;
            // X.690 8.19.4: the first two numbers are written as one.
            if (numbers.Count == 0)
            {
                numbers.Add(BigInteger.Min(number / 40, 2));
                number -= numbers[0] * 40;
            }
            numbers.Add(number);
            number = 0;
        }
        reader.ReadEncodedValue();
        return string.Join('.', numbers.Select(part => part.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>An INTEGER that OpenSSL takes for a positive number, whatever its first bit (crypto/asn1/x_bignum.c, bn_c2i).</summary>
    public static BigInteger ReadUnsigned(this AsnReader reader)
    {
        if (!reader.Has(Asn1Tag.Integer) || reader.PeekTag().IsConstructed)
            throw new AsnContentException("Not an integer.");
        var number = new BigInteger(reader.PeekContentBytes().Span, isUnsigned: true, isBigEndian: true);
        reader.ReadEncodedValue();
        return number;
    }

    /// <summary>
    /// A value of any type, read as strictly as its type is (tasn_dec.c, asn1_d2i_ex_primitive and asn1_ex_c2i); what it returns is equal for
    /// values that OpenSSL takes for equal (crypto/asn1/a_type.c, ASN1_TYPE_cmp).
    /// </summary>
    public static AsnAny ReadAny(this AsnReader reader)
    {
        Asn1Tag tag = reader.PeekTag();
        if (tag.TagClass != TagClass.Universal)
            return new AsnAny(tag, reader.ReadEncodedValue());
        switch ((UniversalTagNumber)tag.TagValue)
        {
            case UniversalTagNumber.EndOfContents:
                throw new AsnContentException("An end of contents was not expected.");
            case UniversalTagNumber.Sequence or UniversalTagNumber.SetOf when !tag.IsConstructed:
                throw new AsnContentException("A constructed value was expected.");
            case UniversalTagNumber.Sequence or UniversalTagNumber.SetOf:
                return new AsnAny(tag, reader.ReadEncodedValue());
            case UniversalTagNumber.Boolean:
                ReadOnlyMemory<byte> content = reader.PeekContentBytes();
                reader.ReadBoolean();
                return new AsnAny(tag, content);
            case UniversalTagNumber.Integer:
                return new AsnAny(tag, reader.ReadIntegerBytes());
            case UniversalTagNumber.Enumerated:
                return new AsnAny(tag, reader.ReadEnumeratedBytes());
            case UniversalTagNumber.ObjectIdentifier:
                ReadOnlyMemory<byte> identifier = reader.PeekContentBytes();
                return new AsnAny(tag, identifier, reader.ReadOid());
            case UniversalTagNumber.Null:
                reader.ReadNull();
                return new AsnAny(tag, default);
            case UniversalTagNumber.BitString:
                return new AsnAny(Asn1Tag.PrimitiveBitString, reader.ReadBits(out _));
            default:
                return new AsnAny(tag, CheckLength(tag, reader.ReadString(tag)));
        }
    }

    /// <summary>tasn_dec.c, asn1_ex_c2i: a BMPString consists of pairs of bytes, and a UniversalString of fours.</summary>
    private static ReadOnlyMemory<byte> CheckLength(Asn1Tag tag, ReadOnlyMemory<byte> content)
    {
        int unit = (UniversalTagNumber)tag.TagValue switch { UniversalTagNumber.BMPString => 2, UniversalTagNumber.UniversalString => 4, _ => 1 };
        return content.Length % unit == 0 ? content : throw new AsnContentException("A string of the wrong length.");
    }

    /// <summary>
    /// The elements of a SEQUENCE OF or SET OF. OpenSSL does not ask whether it is constructed (tasn_dec.c, asn1_template_noexp_d2i).
    /// </summary>
    public static AsnReader ReadList(this AsnReader reader, Asn1Tag tag)
    {
        if (!reader.Has(tag))
            throw new AsnContentException("A list was expected.");
        ReadOnlyMemory<byte> content = reader.PeekContentBytes();
        reader.ReadEncodedValue();
        return new AsnReader(content, AsnEncodingRules.BER);
    }

    /// <summary>The elements of a SEQUENCE OF.</summary>
    public static AsnReader ReadList(this AsnReader reader) => reader.ReadList(Asn1Tag.Sequence);

    /// <summary>An OCTET STRING, whole or in pieces; OpenSSL does not ask of which type the pieces are (tasn_dec.c, asn1_collect).</summary>
    public static byte[] ReadOctets(this AsnReader reader, Asn1Tag? tag = null) =>
        reader.ReadString(tag ?? Asn1Tag.PrimitiveOctetString).ToArray();

    /// <summary>
    /// A BIT STRING; the bits that do not count are zero. One in pieces is joined as bytes (crypto/asn1/a_bitstr.c, ossl_c2i_ASN1_BIT_STRING).
    /// </summary>
    public static byte[] ReadBits(this AsnReader reader, out int unused, Asn1Tag? tag = null)
    {
        byte[] content = reader.ReadString(tag ?? Asn1Tag.PrimitiveBitString).ToArray();
        if (content.Length == 0 || content[0] > 7)
            throw new AsnContentException("Not a bit string.");
        unused = content[0];
        byte[] bits = content[1..];
        if (bits.Length > 0)
            bits[^1] &= (byte)(0xff << unused);
        return bits;
    }

    /// <summary>
    /// A signature, which consists of whole bytes. OpenSSL refuses a signature that does not fill its last byte (crypto/asn1/a_verify.c,
    /// ASN1_item_verify_ctx): for it this returns an empty signature, which no key verifies.
    /// </summary>
    public static byte[] ReadSignature(this AsnReader reader)
    {
        byte[] signature = reader.ReadBits(out int unusedBits);
        return unusedBits == 0 ? signature : [];
    }

    private static ReadOnlyMemory<byte> ReadString(this AsnReader reader, Asn1Tag tag)
    {
        if (!reader.Has(tag))
            throw new AsnContentException("A string was expected.");
        bool isWhole = !reader.PeekTag().IsConstructed;
        ReadOnlyMemory<byte> content = reader.PeekContentBytes();
        reader.ReadEncodedValue();
        if (isWhole)
            return content;
        var joined = new List<byte>();
        Join(new AsnReader(content, AsnEncodingRules.BER), joined, depth: 0);
        return joined.ToArray();
    }

    private static void Join(AsnReader pieces, List<byte> joined, int depth)
    {
        while (pieces.HasData)
        {
            bool isWhole = !pieces.PeekTag().IsConstructed;
            ReadOnlyMemory<byte> content = pieces.PeekContentBytes();
            if (isWhole)
                joined.AddRange(content.Span);
            else if (depth < MaximumNesting)
                Join(new AsnReader(content, AsnEncodingRules.BER), joined, depth + 1);
            else
                throw new AsnContentException("A string in too many pieces.");
            pieces.ReadEncodedValue();
        }
    }
}
