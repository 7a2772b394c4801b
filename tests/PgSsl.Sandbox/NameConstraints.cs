using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>The names that certificates below a CA may and may not have (RFC 5280 4.2.1.10).</summary>
/// <param name="PermittedDns">DNS subtrees, one of which each dNSName must be in; empty for no restriction.</param>
/// <param name="ExcludedDns">DNS subtrees that no dNSName may be in.</param>
public sealed record NameConstraints(IReadOnlyList<string> PermittedDns, IReadOnlyList<string> ExcludedDns)
{
    /// <summary>Subtrees of type iPAddress that are permitted: address and mask, 8 or 32 bytes each.</summary>
    public IReadOnlyList<byte[]> PermittedIp { get; init; } = [];

    /// <summary>Subtrees of type iPAddress that are excluded: address and mask, 8 or 32 bytes each.</summary>
    public IReadOnlyList<byte[]> ExcludedIp { get; init; } = [];

    internal X509Extension ToExtension()
    {
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            WriteSubtrees(der, 0, PermittedDns, PermittedIp);
            WriteSubtrees(der, 1, ExcludedDns, ExcludedIp);
        }
        return new X509Extension("2.5.29.30", der.Encode(), critical: true);
    }

    private static void WriteSubtrees(AsnWriter der, int tag, IReadOnlyList<string> dns, IReadOnlyList<byte[]> ip)
    {
        if (dns.Count + ip.Count == 0)
            return;
        using (der.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag)))
        {
            foreach (string name in dns)
                using (der.PushSequence())
                    der.WriteCharacterString(UniversalTagNumber.IA5String, name, GeneralName.Dns);
            foreach (byte[] range in ip)
                using (der.PushSequence())
                    der.WriteOctetString(range, GeneralName.IpAddress);
        }
    }
}
