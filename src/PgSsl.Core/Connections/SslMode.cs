namespace PgSsl.Connections;

/// <summary>libpq's <c>sslmode</c>, weakest first (libpq documentation, "SSL Mode Descriptions").</summary>
internal enum SslMode
{
    /// <summary>Plaintext only.</summary>
    Disable,
    /// <summary>Plaintext first; TLS if the server refuses plaintext.</summary>
    Allow,
    /// <summary>TLS first; plaintext if that fails. libpq's default.</summary>
    Prefer,
    /// <summary>TLS only, to any server.</summary>
    Require,
    /// <summary>TLS only, to a server whose chain ends at a trusted root.</summary>
    VerifyCa,
    /// <summary>TLS only, to a server whose chain ends at a trusted root and whose certificate names the host.</summary>
    VerifyFull,
}

/// <summary>libpq's <c>sslnegotiation</c> (PostgreSQL 17+).</summary>
internal enum SslNegotiation
{
    /// <summary>Ask with an SSLRequest first.</summary>
    Postgres,
    /// <summary>Start the TLS handshake at once, with ALPN.</summary>
    Direct,
}
