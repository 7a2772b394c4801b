namespace PgSsl.Certificates;

/// <summary>
/// Why OpenSSL would refuse a chain; the numbers are OpenSSL's own X509_V_ERR_* (include/openssl/x509_vfy.h), so that a reader
/// can look them up and a test can compare them.
/// </summary>
internal enum ChainError
{
    /// <summary>The chain is good.</summary>
    None = 0,
    /// <summary>OpenSSL gives up without naming a cause (X509_V_ERR_UNSPECIFIED).</summary>
    Unspecified = 1,
    /// <summary>The chain ends in the trust store at a certificate that is not self-signed: the root above it is missing.</summary>
    IssuerNotFound = 2,
    /// <summary>A CRL check was asked for and no usable CRL of this issuer was loaded.</summary>
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
    /// <summary>The certificate's notBefore is not a time as RFC 5280 writes it.</summary>
    MalformedNotBefore = 13,
    /// <summary>The certificate's notAfter is not a time as RFC 5280 writes it.</summary>
    MalformedNotAfter = 14,
    /// <summary>The CRL's thisUpdate is not a time as RFC 5280 writes it.</summary>
    MalformedCrlThisUpdate = 15,
    /// <summary>The CRL's nextUpdate is not a time as RFC 5280 writes it.</summary>
    MalformedCrlNextUpdate = 16,
    /// <summary>The leaf is self-signed and not trusted.</summary>
    SelfSignedLeaf = 18,
    /// <summary>The chain reaches a root that is not trusted.</summary>
    SelfSignedInChain = 19,
    /// <summary>The chain stops at a certificate whose issuer is neither sent nor trusted.</summary>
    IssuerNotFoundLocally = 20,
    /// <summary>The leaf alone is trusted, and nothing can verify it.</summary>
    UnableToVerifyLeaf = 21,
    /// <summary>The chain is longer than OpenSSL follows.</summary>
    ChainTooLong = 22,
    /// <summary>A CRL lists the certificate.</summary>
    Revoked = 23,
    /// <summary>More CAs below an issuer than its path length allows.</summary>
    PathLengthExceeded = 25,
    /// <summary>A certificate that is not for TLS servers.</summary>
    InvalidPurpose = 26,
    /// <summary>A root whose trust settings (TRUSTED CERTIFICATE) exclude TLS servers.</summary>
    RejectedByTrustSettings = 28,
    /// <summary>An issuer whose key usage does not allow signing certificates.</summary>
    IssuerMayNotSign = 32,
    /// <summary>A critical extension that OpenSSL does not process.</summary>
    UnhandledCriticalExtension = 34,
    /// <summary>A CRL issuer whose key usage does not allow signing CRLs.</summary>
    CrlIssuerMayNotSign = 35,
    /// <summary>A critical CRL extension that OpenSSL does not process.</summary>
    UnhandledCriticalCrlExtension = 36,
    /// <summary>A proxy certificate (RFC 3820), which libpq does not allow.</summary>
    ProxyCertificate = 40,
    /// <summary>Addresses or autonomous systems that are not written as RFC 3779 demands.</summary>
    InvalidExtension = 41,
    /// <summary>The CRL is for other certificates than this one (issuing distribution point).</summary>
    DifferentCrlScope = 44,
    /// <summary>Addresses or autonomous systems that the issuer does not have (RFC 3779).</summary>
    UnnestedResource = 46,
    /// <summary>A name outside of what a CA above permits (name constraints).</summary>
    NameNotPermitted = 47,
    /// <summary>A name that a CA above excludes (name constraints).</summary>
    NameExcluded = 48,
    /// <summary>A name constraint with a minimum or maximum distance.</summary>
    NameConstraintDistance = 49,
    /// <summary>A name constraint of a kind that OpenSSL does not process.</summary>
    UnsupportedNameConstraint = 51,
    /// <summary>A name, or a name constraint, whose syntax OpenSSL cannot compare.</summary>
    UnsupportedNameSyntax = 53,
    /// <summary>The leaf's key is too weak for OpenSSL's security level, or not readable.</summary>
    LeafKeyTooSmall = 66,
    /// <summary>A CA's key is too weak for OpenSSL's security level.</summary>
    CaKeyTooSmall = 67,
    /// <summary>A signature's digest is too weak for OpenSSL's security level.</summary>
    DigestTooWeak = 68,
    /// <summary>An issuer that is not a CA.</summary>
    InvalidCa = 79,
    /// <summary>An elliptic curve given by its parameters instead of by its name.</summary>
    ExplicitCurveParameters = 94,
}
