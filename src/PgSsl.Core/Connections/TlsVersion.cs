namespace PgSsl.Connections;

/// <summary>A bound of <c>ssl_min_protocol_version</c> or <c>ssl_max_protocol_version</c>, oldest first.</summary>
internal enum TlsVersion
{
    /// <summary><c>TLSv1</c></summary>
    Tls10,
    /// <summary><c>TLSv1.1</c></summary>
    Tls11,
    /// <summary><c>TLSv1.2</c></summary>
    Tls12,
    /// <summary><c>TLSv1.3</c></summary>
    Tls13,
}
