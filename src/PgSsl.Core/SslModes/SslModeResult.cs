namespace PgSsl;

/// <summary>What one client meets at one server in one sslmode.</summary>
public sealed record SslModeResult
{
    /// <summary>The server, in a form that any -Endpoint takes.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The host as the client names it: what verify-full compares.</summary>
    public required string HostName { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>The address that answered; null where none did.</summary>
    public string? Address { get; init; }

    /// <summary>The role that asked to be let in.</summary>
    public required string UserName { get; init; }

    /// <summary>The database it asked for.</summary>
    public required string Database { get; init; }

    /// <summary>The client library: <c>libpq</c>, <c>npgsql</c>, <c>pgjdbc</c>, <c>pgx</c>, <c>node-postgres</c>.</summary>
    public required string Client { get; init; }

    /// <summary>The mode, as libpq spells it.</summary>
    public required string SslMode { get; init; }

    /// <summary>
    /// True where the client gets as far as the server's request to authenticate (or further). Whether the password is right is not tested.
    /// </summary>
    public required bool Connects { get; init; }

    /// <summary><c>tls</c>, <c>plaintext</c>, or <c>none</c> where it does not connect.</summary>
    public required string Transport { get; init; }

    /// <summary>What the client checks of the server: <c>none</c>, <c>chain</c>, or <c>chain and host</c>.</summary>
    public required string VerifiesServer { get; init; }

    /// <summary>True where it connects and nobody on the way could have taken the server's place.</summary>
    public required bool MitmSafe { get; init; }

    /// <summary>The TLS version used; null without TLS.</summary>
    public string? Protocol { get; init; }

    /// <summary>The cipher suite used; null without TLS.</summary>
    public string? CipherSuite { get; init; }

    /// <summary>How the server wants the user to authenticate, in require_auth's words; null where it was not asked.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>
    /// The root file that the settings lead to, <c>system</c> (the operating system's roots), or null: there is none. Not every client
    /// and mode goes by it.
    /// </summary>
    public string? RootCertificate { get; init; }

    /// <summary>True where the server asked for a client certificate.</summary>
    public bool ServerRequestsClientCertificate { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do next; null where nothing is to be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>The stable name of why it does not connect (a <see cref="PgSslError"/>); null where it does.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What the connections took that this client would have made.</summary>
    public required TimeSpan Duration { get; init; }
}
