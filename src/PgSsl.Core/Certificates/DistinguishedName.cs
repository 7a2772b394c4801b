using System.Formats.Asn1;

namespace PgSsl.Certificates;

/// <summary>
/// A subject or issuer name as OpenSSL compares it (crypto/x509/x_name.c): each string in UTF-8, lower case, with blanks trimmed
/// and folded, so that <c>O=ACME  Ltd</c> equals <c>O=Acme Ltd</c> whatever string type it was written in.
/// </summary>
internal sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    private readonly byte[] _canonical;

    private DistinguishedName(IReadOnlyList<NameAttribute> attributes, byte[] canonical)
    {
        Attributes = attributes;
        _canonical = canonical;
    }

    /// <summary>The attributes in the order of the encoding.</summary>
    public IReadOnlyList<NameAttribute> Attributes { get; }

    /// <summary>The canonical relative names one after the other, without the outer SEQUENCE.</summary>
    public ReadOnlySpan<byte> Canonical => _canonical;

    public IEnumerable<NameAttribute> AttributesOf(string oid) => Attributes.Where(attribute => attribute.Oid == oid);

    /// <summary>Reads a Name (RFC 5280 4.1.2.4).</summary>
    public static DistinguishedName Read(AsnReader reader, Asn1Tag? tag = null)
    {
        AsnReader relativeNames = reader.ReadSequence(tag);
        var attributes = new List<NameAttribute>();
        var canonical = new List<byte>();
        while (relativeNames.HasData)
            ReadRelativeName(relativeNames.ReadSetOf(skipSortOrderValidation: true), attributes, canonical);
        return new DistinguishedName(attributes, [.. canonical]);
    }

    /// <summary>This name with one more relative name below it (RFC 5280 4.2.1.13, nameRelativeToCRLIssuer).</summary>
    public DistinguishedName Append(AsnReader relativeName)
    {
        var attributes = new List<NameAttribute>(Attributes);
        var canonical = new List<byte>(_canonical);
        ReadRelativeName(relativeName, attributes, canonical);
        return new DistinguishedName(attributes, [.. canonical]);
    }

    /// <summary>True if <paramref name="subtree"/> is this name or one above it.</summary>
    public bool IsWithin(DistinguishedName subtree) => _canonical.AsSpan().StartsWith(subtree._canonical);

    public bool Equals(DistinguishedName? other) => other is not null && _canonical.AsSpan().SequenceEqual(other._canonical);

    public override bool Equals(object? obj) => Equals(obj as DistinguishedName);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_canonical);
        return hash.ToHashCode();
    }

    private static void ReadRelativeName(AsnReader relativeName, List<NameAttribute> attributes, List<byte> canonical)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            while (relativeName.HasData)
            {
                AsnReader pair = relativeName.ReadSequence();
                var attribute = NameAttribute.Read(pair);
                attributes.Add(attribute);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(attribute.Oid);
                    if (attribute.Utf8 is { } utf8)
                        writer.WriteEncodedValue(Utf8String(Fold(utf8)));
                    else
                        writer.WriteEncodedValue(attribute.Encoded.Span);
                }
            }
        }
        canonical.AddRange(writer.Encode());
    }

    // By hand, because AsnWriter refuses what is not valid UTF-8 and OpenSSL does not.
    private static byte[] Utf8String(byte[] value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(value);
        byte[] encoded = writer.Encode();
        encoded[0] = (byte)UniversalTagNumber.UTF8String;
        return encoded;
    }

    private static byte[] Fold(byte[] text)
    {
        ReadOnlySpan<byte> rest = text.AsSpan().Trim(" \t\n\v\f\r"u8);
        var folded = new List<byte>(rest.Length);
        foreach (byte b in rest)
        {
            bool isBlank = b is (byte)' ' or (>= 9 and <= 13);
            if (!isBlank)
                folded.Add(b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b);
            else if (folded[^1] != ' ')
                folded.Add((byte)' ');
        }
        return [.. folded];
    }
}
