namespace PgSsl.Binding;

/// <summary>What the words of parameters mean, in one sentence each: the tooltips of completion. docs/cmdlets has more.</summary>
internal static class WordMeanings
{
    public static readonly Dictionary<string, string> SslModes = new()
    {
        ["disable"] = "Never TLS: everything can be read on the way.",
        ["allow"] = "Plaintext first, TLS only if the server insists. It verifies nothing.",
        ["prefer"] = "TLS if the server has it, else plaintext. It verifies nothing: libpq's default.",
        ["require"] = "Always TLS, but it verifies nothing, unless there is a root.crt: whoever is in the middle can pose as the server.",
        ["verify-ca"] = "Always TLS; the chain must lead to a root that is trusted. The name is not checked.",
        ["verify-full"] = "Always TLS; the chain must lead to a root that is trusted, and the certificate must be for this host: the safe one.",
    };

    public static readonly Dictionary<string, string> SslNegotiations = new()
    {
        ["postgres"] = "The client asks for TLS first (SSLRequest): what all servers understand.",
        ["direct"] = "TLS from the first byte, without asking: PostgreSQL 17 and later, with sslmode=require or stricter.",
    };

    public static readonly Dictionary<string, string> Clients = new()
    {
        ["libpq"] = "psql, pg_dump, psycopg, and all that is built on PostgreSQL's own library.",
        ["npgsql"] = "Npgsql: .NET and PowerShell.",
        ["pgjdbc"] = "The JDBC driver: Java, Kotlin, Scala.",
        ["pgx"] = "pgx: Go.",
        ["node-postgres"] = "node-postgres (pg): JavaScript and TypeScript.",
    };

    public static readonly Dictionary<string, string> Protocols = new()
    {
        ["TLSv1.2"] = "TLS 1.2 and later: PostgreSQL's default.",
        ["TLSv1.3"] = "TLS 1.3 only: clients with an OpenSSL older than 1.1.1 are shut out.",
        ["TLSv1.1"] = "Out of use since 2021 (RFC 8996). Only for clients that cannot do better.",
        ["TLSv1"] = "Out of use since 2021 (RFC 8996). Only for clients that cannot do better.",
    };

    public static readonly Dictionary<string, string> Groups = new()
    {
        ["X25519"] = "Curve25519: fast, and what most clients offer first.",
        ["prime256v1"] = "NIST P-256 (secp256r1): PostgreSQL's default before version 18.",
        ["secp384r1"] = "NIST P-384.",
        ["secp521r1"] = "NIST P-521.",
        ["X448"] = "Curve448.",
        ["X25519MLKEM768"] = "X25519 together with ML-KEM-768, safe from quantum computers: OpenSSL 3.5 and later.",
    };

    public static readonly Dictionary<string, string> Ciphers = new()
    {
        ["HIGH:MEDIUM:+3DES:!aNULL"] = "PostgreSQL's default.",
        ["HIGH:!aNULL"] = "Strong ciphers only, and none without authentication.",
        ["ECDHE+AESGCM:ECDHE+CHACHA20"] = "Forward secrecy and authenticated encryption only: what TLS 1.3 has, in TLS 1.2.",
        ["TLS_AES_256_GCM_SHA384"] = "AES-256: what OpenSSL prefers.",
        ["TLS_CHACHA20_POLY1305_SHA256"] = "ChaCha20: fast on processors without AES instructions.",
        ["TLS_AES_128_GCM_SHA256"] = "AES-128: every implementation of TLS 1.3 has it.",
    };

    public static readonly Dictionary<string, string> HbaTypes = new()
    {
        ["host"] = "Matches over TCP, in plaintext and over TLS.",
        ["hostssl"] = "Matches over TLS only.",
        ["hostnossl"] = "Matches without TLS only.",
        ["hostnogssenc"] = "Matches without GSSAPI encryption only: in plaintext and over TLS.",
    };

    public static readonly Dictionary<string, string> ClientCertificates = new()
    {
        ["none"] = "The client needs no certificate.",
        ["verify-ca"] = "The client needs a certificate by a CA of ssl_ca_file, for whomever.",
        ["verify-full"] = "The client needs a certificate by a CA of ssl_ca_file whose common name is the user, or is mapped to it.",
    };

    public static readonly Dictionary<string, string> HbaMethods = new()
    {
        ["scram-sha-256"] = "A password that never crosses the wire. Passwords that are stored as md5 do not work with it.",
    };

    public static readonly Dictionary<string, string> KeyAlgorithms = new()
    {
        ["ecdsa-p256"] = "Elliptic curve P-256: small and fast, and all clients know it.",
        ["ecdsa-p384"] = "Elliptic curve P-384: where a policy asks for more than P-256.",
        ["rsa-3072"] = "RSA of 3072 bits: where a CA or a client takes RSA only.",
        ["rsa-2048"] = "RSA of 2048 bits: the least that is accepted.",
        ["same"] = "The kind of key that the certificate to renew has.",
        ["rsa-4096"] = "RSA of 4096 bits: handshakes cost the server much more time.",
    };

    public static readonly Dictionary<string, string> Formats = new()
    {
        ["Uri"] = "postgresql://user@host/database?sslmode=…: psql and most libraries.",
        ["Conninfo"] = "host=… dbname=… sslmode=…: libpq.",
        ["Npgsql"] = "Host=…;SSL Mode=…: .NET.",
        ["Jdbc"] = "jdbc:postgresql://…: Java.",
        ["Environment"] = "PGHOST=…, PGSSLMODE=…: a line for each variable.",
        ["Service"] = "A section of pg_service.conf.",
    };

    public static readonly Dictionary<string, string> ExpiryFormats = new()
    {
        ["Object"] = "One object for each thing that expires.",
        ["Nagios"] = "One line of text with values, for Nagios, Icinga and Checkmk; with -PassThru an object that has the exit code.",
        ["Prometheus"] = "Metrics as text, for the textfile collector of node_exporter (-OutFile).",
    };
}
