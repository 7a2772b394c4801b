namespace PgSsl;

/// <summary>What happens to one client at one server in one sslmode.</summary>
public sealed record SslModeResult
{
    /// <summary>The server, in a form that every -Endpoint accepts.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The host as the client names it; verify-full compares it.</summary>
    public required string HostName { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>The address that answered; null if none did.</summary>
    public string? Address { get; init; }

    /// <summary>The role in the startup message.</summary>
    public required string UserName { get; init; }

    /// <summary>The database in the startup message.</summary>
    public required string Database { get; init; }

    /// <summary>The client library: <c>libpq</c>, <c>npgsql</c>, <c>pgjdbc</c>, <c>pgx</c>, <c>node-postgres</c>.</summary>
    public required string Client { get; init; }

    /// <summary>The mode, in libpq's spelling.</summary>
    public required string SslMode { get; init; }

    /// <summary>
    /// The mode that the endpoint asks for, in libpq's spelling, if it was written for this client; null otherwise.
    /// </summary>
    public string? AskedSslMode { get; init; }

    /// <summary>True if this is the mode that the endpoint asks for.</summary>
    public bool IsAsked => SslMode == AskedSslMode;

    /// <summary>What an application's connection string says about TLS, in its own words; null if it says nothing, or is libpq's.</summary>
    public string? AskedAs { get; init; }

    /// <summary>
    /// Whether the server asks the client to authenticate, or admits it. Whether the password is right is not tested.
    /// </summary>
    public required bool Connects { get; init; }

    /// <summary><c>tls</c>, <c>plaintext</c>, or <c>none</c> if it does not connect.</summary>
    public required string Transport { get; init; }

    /// <summary>What the client verifies about the server: <c>none</c>, <c>chain</c>, or <c>chain and host</c>.</summary>
    public required string VerifiesServer { get; init; }

    /// <summary>True if it connects and nobody in between could have been in the server's place.</summary>
    public required bool MitmSafe { get; init; }

    /// <summary>The TLS version used; null without TLS.</summary>
    public string? Protocol { get; init; }

    /// <summary>The cipher suite used; null without TLS.</summary>
    public string? CipherSuite { get; init; }

    /// <summary>The authentication method that the server asks for, as require_auth names it; null if it does not connect.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>
    /// The root file of the settings, <c>system</c> for the operating system's roots, or null if there is none. Not every client and
    /// mode uses it.
    /// </summary>
    public string? RootCertificate { get; init; }

    /// <summary>Whether the server asked for a client certificate.</summary>
    public bool ServerRequestsClientCertificate { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do next; null if nothing needs to be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>Why it does not connect: the stable name of a <see cref="PgSslError"/>; null if it does.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The time of all connections that this client would have made.</summary>
    public required TimeSpan Duration { get; init; }
}
