namespace PgSsl;

/// <summary>A session of a PostgreSQL server's: who it is, and what its bytes travel in.</summary>
public sealed record SslSession
{
    /// <summary>The server, as -Endpoint takes it again.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The session's process on the server. Process ids come again: with <see cref="BackendStart"/> it is this session only.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The role that logged in; <c>unknown (OID=…)</c> where it has been dropped since.</summary>
    public required string UserName { get; init; }

    /// <summary>The database; null for physical replication.</summary>
    public required string? Database { get; init; }

    /// <summary>The client's IP address; null over a Unix-domain socket.</summary>
    public required string? ClientAddress { get; init; }

    /// <summary>The client's TCP port; null over a Unix-domain socket.</summary>
    public required int? ClientPort { get; init; }

    /// <summary>The client's name, where the server has log_hostname on, and found one.</summary>
    public required string? ClientHostName { get; init; }

    /// <summary>Whether the client's address is the server's loopback: then nothing is on a wire.</summary>
    public required bool IsLoopback { get; init; }

    /// <summary>What the client calls itself; empty where it does not.</summary>
    public required string ApplicationName { get; init; }

    /// <summary><c>client backend</c>, or <c>walsender</c> for replication.</summary>
    public required string BackendType { get; init; }

    /// <summary>Whether it is replication: a standby, a subscription, pg_basebackup, pg_receivewal.</summary>
    public required bool IsReplication { get; init; }

    /// <summary><c>tls</c>, <c>gss</c>, <c>plaintext</c> or <c>socket</c>; <c>unknown</c> where the server itself could not tell the client's address.</summary>
    public required string Transport { get; init; }

    /// <summary>Whether it is TCP that whoever is on the way can read.</summary>
    public bool IsPlaintext => Transport == "plaintext";

    /// <summary>The TLS version, such as <c>TLSv1.3</c>; null without TLS.</summary>
    public required string? Protocol { get; init; }

    /// <summary>The cipher suite, as OpenSSL calls it; null without TLS.</summary>
    public required string? CipherSuite { get; init; }

    /// <summary>The bits of the cipher's key; null without TLS.</summary>
    public required int? Bits { get; init; }

    /// <summary>The subject of the client's certificate, cut by the server at 63 bytes; null where it sent none.</summary>
    public required string? ClientDn { get; init; }

    /// <summary>The serial number of the client's certificate, in decimal; null where it sent none, and before PostgreSQL 12.</summary>
    public required string? ClientSerial { get; init; }

    /// <summary>The issuer of the client's certificate, cut by the server at 63 bytes; null where it sent none, and before PostgreSQL 12.</summary>
    public required string? IssuerDn { get; init; }

    /// <summary>Who the client is to Kerberos, where GSSAPI authenticated it.</summary>
    public required string? Principal { get; init; }

    /// <summary>Since when it is there, in UTC.</summary>
    public required DateTime BackendStart { get; init; }

    /// <summary><c>active</c>, <c>idle</c>, <c>idle in transaction</c> …; null where the server does not track it.</summary>
    public required string? State { get; init; }

    /// <summary>Since when it is in that state, in UTC.</summary>
    public required DateTime? StateChange { get; init; }

    /// <summary><c>streaming</c>, <c>catchup</c>, <c>backup</c> …; null where it is no replication.</summary>
    public required string? ReplicationState { get; init; }

    /// <summary>Whether it is the session in which this was asked.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>Whether it was ended, and seen to be gone; false where it had gone by itself, or did not go in time; null where nobody tried.</summary>
    public bool? IsTerminated { get; init; }

    /// <summary>The session in a line: <c>4711 app@orders from 10.0.0.7:53211 (psql), plaintext since 2026-11-28 01:20:03Z</c>.</summary>
    public override string ToString()
    {
        string where = ClientAddress is null ? "" : ClientAddress.Contains(':') ? $" from [{ClientAddress}]:{ClientPort}" : $" from {ClientAddress}:{ClientPort}";
        string what = IsReplication ? "replication" : Database ?? "no database";
        string application = ApplicationName.Length == 0 ? "" : $" ({ApplicationName})";
        return string.Create(null, $"{ProcessId} {UserName}@{what}{where}{application}, {Transport} since {BackendStart:u}");
    }
}
