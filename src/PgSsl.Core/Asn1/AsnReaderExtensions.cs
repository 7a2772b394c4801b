using System.Formats.Asn1;

namespace PgSsl.Asn1;

/// <summary>What certificates need in addition to <see cref="AsnReader"/>.</summary>
internal static class AsnReaderExtensions
{
    /// <summary>The next tag, which must be context-specific: [0], [1] ….</summary>
    public static Asn1Tag PeekContextTag(this AsnReader reader)
    {
        Asn1Tag tag = reader.PeekTag();
        return tag.TagClass == TagClass.ContextSpecific ? tag : throw new AsnContentException("A context-specific tag was expected.");
    }

    /// <summary>
    /// A signature, which consists of whole bytes. OpenSSL refuses a signature that does not fill its last byte (crypto/asn1/a_verify.c,
    /// ASN1_item_verify_ctx): for it this returns an empty signature, which no key verifies.
    /// </summary>
    public static byte[] ReadSignature(this AsnReader reader)
    {
        byte[] signature = reader.ReadBitString(out int unusedBits);
        return unusedBits == 0 ? signature : [];
    }
}
