namespace PgSsl.Certificates.Trust;

/// <summary>Where a trust store finds certificates and CRLs. Safe for concurrent use.</summary>
internal interface ITrustSource
{
    /// <summary>All certificates, in order. Expensive: a source may have to read all of them for it.</summary>
    IEnumerable<TrustAnchor> Anchors { get; }

    /// <summary>The certificates of a subject.</summary>
    IEnumerable<TrustAnchor> Named(DistinguishedName subject);

    /// <summary>The CRLs of an issuer.</summary>
    IEnumerable<CertificateRevocationList> CrlsOf(DistinguishedName issuer);
}
