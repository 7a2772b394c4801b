using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>OpenSSL's decision about a certificate in the trust store (crypto/x509/x509_trust.c).</summary>
internal enum TrustDecision
{
    /// <summary>It is not trusted by itself: the search goes on above it.</summary>
    Neutral,
    /// <summary>The chain may end here.</summary>
    Trusted,
    /// <summary>The chain must not contain it.</summary>
    Rejected,
}

/// <summary>The trust settings in a TRUSTED CERTIFICATE block (openssl x509 -addtrust, -addreject).</summary>
internal sealed record TrustSettings(IReadOnlyList<string>? Trusted, IReadOnlyList<string> Rejected)
{
    /// <summary>Reads what follows the certificate (crypto/x509/x_x509a.c, X509_CERT_AUX).</summary>
    public static TrustSettings Read(ReadOnlyMemory<byte> encoded)
    {
        AsnReader sequence = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        IReadOnlyList<string>? trusted = null;
        IReadOnlyList<string> rejected = [];
        if (sequence.HasData && sequence.PeekTag() == Asn1Tag.Sequence)
            trusted = ReadOids(sequence.ReadSequence());
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (sequence.HasData && sequence.PeekTag() == tag)
            rejected = ReadOids(sequence.ReadSequence(tag));
        return new TrustSettings(trusted, rejected);
    }

    /// <summary>x509_trust.c, obj_trust for TLS servers; <paramref name="fallback"/> if nothing is set.</summary>
    public TrustDecision Decide(TrustDecision fallback)
    {
        if (Rejected.Any(IsServer))
            return TrustDecision.Rejected;
        if (Trusted is null)
            return fallback;
        return Trusted.Any(IsServer) ? TrustDecision.Trusted : TrustDecision.Rejected;
    }

    private static bool IsServer(string oid) => oid is Oids.ServerAuthentication or Oids.AnyExtendedKeyUsage;

    private static List<string> ReadOids(AsnReader sequence)
    {
        var oids = new List<string>();
        while (sequence.HasData)
            oids.Add(sequence.ReadObjectIdentifier());
        return oids;
    }
}
