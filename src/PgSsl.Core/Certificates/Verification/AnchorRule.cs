namespace PgSsl.Certificates.Verification;

/// <summary>Which certificates of a trust store may end a chain, and what they must fulfil: TLS libraries differ.</summary>
internal enum AnchorRule
{
    /// <summary>OpenSSL (libpq, Node.js) and .NET: only a self-signed certificate ends a chain, and it must be valid now.</summary>
    SelfSigned,
    /// <summary>
    /// Go (crypto/x509 verify.go, Certificate.Verify): any certificate may end it, even the server's own, and it must be valid now.
    /// </summary>
    Any,
    /// <summary>
    /// Java (RFC 5280 6.1.1 (d), sun.security.validator.PKIXValidator): any certificate may end it, even the server's own, and its dates are
    /// not checked.
    /// </summary>
    AnyUndated,
}
