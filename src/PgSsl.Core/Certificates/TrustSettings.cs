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
        AsnReaderExtensions.RefuseLongEmptyEnd(encoded);
        AsnReader sequence = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        IReadOnlyList<string>? trusted = null;
        IReadOnlyList<string> rejected = [];
        if (sequence.Has(Asn1Tag.Sequence))
            trusted = sequence.ReadList().ReadEach(oids => oids.ReadOid());
        if (sequence.Has(0))
            rejected = sequence.ReadList(AsnReaderExtensions.ContextTag(0)).ReadEach(oids => oids.ReadOid());
        // The alias, the key's identifier, and what may come one day: not needed, but OpenSSL cannot use the file if it cannot read them.
        if (sequence.Has(new Asn1Tag(UniversalTagNumber.UTF8String)))
            sequence.ReadAny();
        if (sequence.Has(Asn1Tag.PrimitiveOctetString))
            sequence.ReadOctets();
        if (sequence.HasData)
            sequence.ReadList(AsnReaderExtensions.ContextTag(1)).ReadEach(AlgorithmIdentifier.Read);
        sequence.ThrowIfNotEmpty();
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
}
