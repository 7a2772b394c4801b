using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// Writes GeneralNames (RFC 5280 4.2.1.6) byte by byte: .NET's own builder refuses the wrong ones that tests need.
/// </summary>
internal static class GeneralName
{
    public static readonly Asn1Tag Email = new(TagClass.ContextSpecific, 1);
    public static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    public static readonly Asn1Tag IpAddress = new(TagClass.ContextSpecific, 7);

    /// <summary>The subject alternative names of a leaf; null where it has none.</summary>
    public static X509Extension? SubjectAlternativeNames(LeafOptions leaf)
    {
        (Asn1Tag Tag, byte[] Value)[] names =
        [
            .. leaf.DnsNames.Select(name => (Dns, Encoding.UTF8.GetBytes(name))),
            .. leaf.RawDnsNames.Select(name => (Dns, name)),
            .. leaf.IpAddresses.Select(address => (IpAddress, address.GetAddressBytes())),
            .. leaf.RawIpAddresses.Select(address => (IpAddress, address)),
            .. leaf.EmailAddresses.Select(address => (Email, Encoding.UTF8.GetBytes(address))),
        ];
        if (names.Length == 0)
            return null;
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            foreach ((Asn1Tag tag, byte[] value) in names)
                der.WriteOctetString(value, tag);
        }
        return new X509Extension("2.5.29.17", der.Encode(), critical: false);
    }

    /// <summary>A subject of common names only, in this order.</summary>
    public static X500DistinguishedName CommonNames(IEnumerable<string> names)
    {
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            foreach (string name in names)
            {
                using (der.PushSetOf())
                using (der.PushSequence())
                {
                    der.WriteObjectIdentifier("2.5.4.3");
                    der.WriteCharacterString(UniversalTagNumber.UTF8String, name);
                }
            }
        }
        return new X500DistinguishedName(der.Encode());
    }
}
