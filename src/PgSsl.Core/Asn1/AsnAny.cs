using System.Formats.Asn1;

namespace PgSsl.Asn1;

/// <summary>A value of any type.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Content">Its content; the whole encoding of a SEQUENCE, a SET and a value that is not universal.</param>
/// <param name="Oid">The identifier; null for other types.</param>
internal readonly record struct AsnAny(Asn1Tag Tag, ReadOnlyMemory<byte> Content, string? Oid = null)
{
    /// <summary>The type; null for all that is not a universal type.</summary>
    public UniversalTagNumber? Type => Tag.TagClass == TagClass.Universal ? (UniversalTagNumber)Tag.TagValue : null;

    public bool Equals(AsnAny other) => Tag.HasSameClassAndValue(other.Tag) && Content.Span.SequenceEqual(other.Content.Span);

    public override int GetHashCode() => Tag.TagValue;
}
