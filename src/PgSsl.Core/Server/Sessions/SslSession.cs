using PgSsl.Common;

namespace PgSsl;

/// <summary>A session of a PostgreSQL server: who is connected, and over which transport.</summary>
public sealed record SslSession
{
    /// <summary>The server, in a form that any -Endpoint takes.</summary>
    public required string Endpoint { get; init; }

    /// <summary>
    /// The session's process on the server. Process ids are reused: only together with <see cref="BackendStart"/> it identifies the session.
    /// </summary>
    public required int ProcessId { get; init; }

    /// <summary>The role that logged in; <c>unknown (OID=…)</c> if it has been dropped since.</summary>
    public required string UserName { get; init; }

    /// <summary>The database; null for physical replication.</summary>
    public required string? Database { get; init; }

    /// <summary>The client's IP address; null over a Unix-domain socket.</summary>
    public required string? ClientAddress { get; init; }

    /// <summary>The client's TCP port; null over a Unix-domain socket.</summary>
    public required int? ClientPort { get; init; }

    /// <summary>The client's name, if the server has log_hostname on and found one.</summary>
    public required string? ClientHostName { get; init; }

    /// <summary>Whether the client's address is the server's loopback: then nothing goes over a wire.</summary>
    public required bool IsLoopback { get; init; }

    /// <summary>The application_name; empty where the client sets none.</summary>
    public required string ApplicationName { get; init; }

    /// <summary><c>client backend</c>, or <c>walsender</c> for replication.</summary>
    public required string BackendType { get; init; }

    /// <summary>Whether it is replication: a standby, a subscription, pg_basebackup, pg_receivewal.</summary>
    public required bool IsReplication { get; init; }

    /// <summary>
    /// <c>tls</c>, <c>gss</c>, <c>plaintext</c> or <c>socket</c>; <c>unknown</c> where the server itself does not know the client's address.
    /// </summary>
    public required string Transport { get; init; }

    /// <summary>Whether it is TCP without encryption, which anybody on the path can read.</summary>
    public bool IsPlaintext => Transport == "plaintext";

    /// <summary>The TLS version, such as <c>TLSv1.3</c>; null without TLS.</summary>
    public required string? Protocol { get; init; }

    /// <summary>The cipher suite, by OpenSSL's name; null without TLS.</summary>
    public required string? CipherSuite { get; init; }

    /// <summary>The bits of the cipher's key; null without TLS.</summary>
    public required int? Bits { get; init; }

    /// <summary>The subject of the client's certificate, cut by the server at 63 bytes; null where it sent none.</summary>
    public required string? ClientDn { get; init; }

    /// <summary>The serial number of the client's certificate, in decimal; null where it sent none, and before PostgreSQL 12.</summary>
    public required string? ClientSerial { get; init; }

    /// <summary>The issuer of the client's certificate, cut by the server at 63 bytes; null where it sent none, and before PostgreSQL 12.</summary>
    public required string? IssuerDn { get; init; }

    /// <summary>The client's Kerberos principal, if GSSAPI authenticated it.</summary>
    public required string? Principal { get; init; }

    /// <summary>When the session began, in UTC.</summary>
    public required DateTime BackendStart { get; init; }

    /// <summary><c>active</c>, <c>idle</c>, <c>idle in transaction</c> …; null where the server does not track it.</summary>
    public required string? State { get; init; }

    /// <summary>When its state last changed, in UTC.</summary>
    public required DateTime? StateChange { get; init; }

    /// <summary><c>streaming</c>, <c>catchup</c>, <c>backup</c> …; null where it is not replication.</summary>
    public required string? ReplicationState { get; init; }

    /// <summary>Whether it is the session that asked for this.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>
    /// Whether it was ended, and seen to be gone; false where it had ended by itself, or did not end in time; null where nobody tried.
    /// </summary>
    public bool? IsTerminated { get; init; }

    /// <summary>The session in a line: <c>4711 app@orders from 10.0.0.7:53211 (psql), plaintext since 2026-11-28 01:20:03Z</c>.</summary>
    public override string ToString()
    {
        string where = ClientAddress is null ? ""
            : ClientAddress.Contains(':') ? $" from [{ClientAddress}]:{ClientPort}"
            : $" from {ClientAddress}:{ClientPort}";
        string what = IsReplication ? "replication" : Database ?? "no database";
        string application = ApplicationName.Length == 0 ? "" : $" ({ApplicationName})";
        return PrintableText.Of(string.Create(null, $"{ProcessId} {UserName}@{what}{where}{application}, {Transport} since {BackendStart:u}"));
    }
}
