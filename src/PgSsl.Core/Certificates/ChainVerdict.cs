using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>
/// Why OpenSSL would refuse a chain; the numbers are OpenSSL's own X509_V_ERR_* (include/openssl/x509_vfy.h), so that a reader
/// can look them up and a test can compare them.
/// </summary>
public enum ChainError
{
    /// <summary>The chain is good.</summary>
    None = 0,
    /// <summary>A certificate other than the leaf has no issuer at hand (X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT).</summary>
    IssuerNotFound = 2,
    /// <summary>A CRL check was asked for and no CRL of this issuer was loaded.</summary>
    CrlNotFound = 3,
    /// <summary>The certificate's signature does not verify under its issuer's key.</summary>
    BadSignature = 7,
    /// <summary>The CRL's signature does not verify under its issuer's key.</summary>
    BadCrlSignature = 8,
    /// <summary>The certificate is not valid yet.</summary>
    NotYetValid = 9,
    /// <summary>The certificate has expired.</summary>
    Expired = 10,
    /// <summary>The CRL is not valid yet.</summary>
    CrlNotYetValid = 11,
    /// <summary>The CRL's nextUpdate has passed.</summary>
    CrlExpired = 12,
    /// <summary>The leaf is self-signed and not trusted.</summary>
    SelfSignedLeaf = 18,
    /// <summary>The chain reaches a root that is not trusted.</summary>
    SelfSignedInChain = 19,
    /// <summary>The chain stops at a certificate whose issuer is neither sent nor trusted.</summary>
    IssuerNotFoundLocally = 20,
    /// <summary>The leaf stands alone and its issuer is neither sent nor trusted.</summary>
    UnableToVerifyLeaf = 21,
    /// <summary>The chain is longer than OpenSSL follows (100).</summary>
    ChainTooLong = 22,
    /// <summary>A CRL lists the certificate.</summary>
    Revoked = 23,
    /// <summary>An issuer that is not a CA.</summary>
    InvalidCa = 79,
    /// <summary>More CAs below an issuer than its path length allows.</summary>
    PathLengthExceeded = 25,
    /// <summary>A certificate that is not for TLS servers.</summary>
    InvalidPurpose = 26,
    /// <summary>A root that is not to be trusted for this purpose.</summary>
    NotTrustedForPurpose = 27,
    /// <summary>A CRL issuer whose key usage does not allow signing CRLs.</summary>
    CrlIssuerMayNotSign = 35,
    /// <summary>A critical extension that OpenSSL does not process.</summary>
    UnhandledCriticalExtension = 34,
    /// <summary>A name that a CA above forbids (name constraints, excluded or not permitted).</summary>
    NameConstraintViolation = 47,
    /// <summary>The leaf's key is too weak for OpenSSL's security level.</summary>
    LeafKeyTooSmall = 66,
    /// <summary>A CA's key is too weak for OpenSSL's security level.</summary>
    CaKeyTooSmall = 67,
    /// <summary>A signature's digest is too weak for OpenSSL's security level.</summary>
    DigestTooWeak = 68,
}

/// <summary>What OpenSSL, set up as libpq sets it up, would say about a chain.</summary>
/// <param name="Error">The first error that libpq would report; <see cref="ChainError.None"/> for a good chain.</param>
/// <param name="Path">The path that was built, leaf first, as far as it goes.</param>
/// <param name="Depth">The position in <paramref name="Path"/> that the error is about: 0 is the leaf.</param>
/// <param name="Reason">One sentence for a DBA that names the certificate concerned; empty for a good chain.</param>
public sealed record ChainVerdict(ChainError Error, IReadOnlyList<X509Certificate2> Path, int Depth, string Reason)
{
    /// <summary>True for a chain that ends at a trusted root without an error.</summary>
    public bool IsValid => Error == ChainError.None;
}
