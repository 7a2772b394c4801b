namespace PgSsl.Certificates.Verification;

/// <summary>Which certificates of a trust store may end a chain, and what is asked of them: TLS libraries differ.</summary>
internal enum AnchorRule
{
    /// <summary>OpenSSL (libpq, Node.js) and .NET: only a self-signed certificate ends a chain, and it must be valid now.</summary>
    SelfSigned,
    /// <summary>
    /// Go (crypto/x509 verify.go, Certificate.Verify): any certificate does, the server's own among them, and it must be valid now.
    /// </summary>
    Any,
    /// <summary>
    /// Java (RFC 5280 6.1.1 (d), sun.security.validator.PKIXValidator): any certificate does, the server's own among them, and its
    /// dates are not looked at.
    /// </summary>
    AnyUndated,
}
