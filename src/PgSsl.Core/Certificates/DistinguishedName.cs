using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>
/// A subject or issuer name as OpenSSL compares it (crypto/x509/x_name.c): each string in UTF-8, lower case, with blanks trimmed
/// and folded, so that <c>O=ACME  Ltd</c> equals <c>O=Acme Ltd</c> whatever string type it was written in.
/// </summary>
internal sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    // The tags as they are encoded: SEQUENCE and SET are constructed.
    private const byte Sequence = 0x30;
    private const byte Set = 0x31;
    private const byte ObjectIdentifier = (byte)UniversalTagNumber.ObjectIdentifier;
    private const byte Utf8String = (byte)UniversalTagNumber.UTF8String;

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
    public static DistinguishedName Read(AsnReader reader)
    {
        AsnReader relativeNames = reader.ReadList();
        var attributes = new List<NameAttribute>();
        var canonical = new List<byte>();
        while (relativeNames.HasData)
            ReadRelativeName(relativeNames.ReadList(Asn1Tag.SetOf), attributes, canonical);
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

    // By hand: AsnWriter refuses what is not valid UTF-8, and OpenSSL does not. It is also slow to begin with, and every root that the
    // system knows has its name read.
    private static void ReadRelativeName(AsnReader relativeName, List<NameAttribute> attributes, List<byte> canonical)
    {
        var pairs = new List<byte[]>();
        while (relativeName.HasData)
        {
            AsnReader pair = relativeName.ReadSequence();
            byte[] oid = pair.PeekContentBytes().ToArray();
            var attribute = NameAttribute.Read(pair);
            attributes.Add(attribute);
            byte[] value = attribute.Utf8 is { } utf8 ? Encode(Utf8String, Fold(utf8)) : attribute.Encoded.ToArray();
            pairs.Add(Encode(Sequence, [.. Encode(ObjectIdentifier, oid), .. value]));
        }
        // An empty SET adds nothing to a name (x_name.c, x509_name_canon).
        if (pairs.Count == 0)
            return;
        // The order that DER wants of a SET OF (X.690 11.6).
        if (pairs.Count > 1)
            pairs.Sort((one, other) => one.AsSpan().SequenceCompareTo(other));
        canonical.AddRange(Encode(Set, pairs.Count == 1 ? pairs[0] : [.. pairs.SelectMany(pair => pair)]));
    }

    private static byte[] Encode(byte tag, byte[] content)
    {
        // X.690 8.1.3: a length below 128 is one byte; of a longer one, the number of its bytes comes first.
        int lengthBytes = 0;
        for (int rest = content.Length; content.Length >= 128 && rest > 0; rest >>= 8)
            lengthBytes++;
        byte[] encoded = new byte[2 + lengthBytes + content.Length];
        encoded[0] = tag;
        encoded[1] = (byte)(lengthBytes == 0 ? content.Length : 128 | lengthBytes);
        for (int i = 0; i < lengthBytes; i++)
            encoded[2 + i] = (byte)(content.Length >> (8 * (lengthBytes - 1 - i)));
        content.CopyTo(encoded, 2 + lengthBytes);
        return encoded;
    }

    private static byte[] Fold(byte[] text)
    {
        byte[] folded = new byte[text.Length];
        int length = 0;
        foreach (byte b in text)
        {
            bool isBlank = b is (byte)' ' or (>= 9 and <= 13);
            if (!isBlank)
                folded[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
            else if (length > 0 && folded[length - 1] != ' ')
                folded[length++] = (byte)' ';
        }
        if (length > 0 && folded[length - 1] == ' ')
            length--;
        return folded[..length];
    }
}
