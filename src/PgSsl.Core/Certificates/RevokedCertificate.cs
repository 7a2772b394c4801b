namespace PgSsl.Certificates;

/// <summary>An entry of a CRL.</summary>
/// <param name="SerialNumber">The certificate's serial number, upper-case hex.</param>
/// <param name="RevocationDate">When it was revoked; null where not written as RFC 5280 demands.</param>
/// <param name="Reason">The reason code of RFC 5280 5.3.1; null where none is given; 8 is removeFromCRL.</param>
internal sealed record RevokedCertificate(string SerialNumber, DateTimeOffset? RevocationDate, int? Reason)
{
    /// <summary>RFC 5280 5.3.1: released from a hold; for OpenSSL it is not revoked.</summary>
    public bool IsRemoved => Reason == 8;

    /// <summary>The issuer of the certificate in an indirect CRL; null for the CRL's own issuer.</summary>
    internal IReadOnlyList<GeneralName>? Issuers { get; init; }
}
