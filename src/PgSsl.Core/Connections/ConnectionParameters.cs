using PgSsl.Common;
using static PgSsl.Connections.ParameterSyntax;

namespace PgSsl.Connections;

/// <summary>
/// All connection parameters of libpq 18, in libpq's order (fe-connect.c, PQconninfoOptions; a test compares them with PQconndefaults). Other
/// names are refused, as in libpq.
/// </summary>
internal static class ConnectionParameters
{
    private static readonly string[] WireVersions = ["3.0", "3.2", "latest"];
    private static readonly string[] Switch = ["0", "1"];

    /// <summary>All parameters, in libpq's order.</summary>
    public static ConnectionParameter[] All { get; } =
    [
        new("service", "PGSERVICE", null, "Section of the service file that supplies parameters that are not given elsewhere."),
        new("user", "PGUSER", null, "Role to connect as; the operating system's user name by default."),
        new("password", "PGPASSWORD", null, "Password of the role.") { IsSecret = true },
        new("passfile", "PGPASSFILE", null, "File with passwords; ~/.pgpass by default."),
        new("channel_binding", "PGCHANNELBINDING", "prefer", "Whether SCRAM must be bound to the TLS channel.")
            { Syntax = Choice, AllowedValues = ["disable", "prefer", "require"], SinceVersion = 13 },
        new("connect_timeout", "PGCONNECT_TIMEOUT", null, "Seconds to wait for each host; zero or less means without limit.")
            { Syntax = Number },
        new("dbname", "PGDATABASE", null, "Database; the name of the role by default."),
        new("host", "PGHOST", null, "Host names, addresses or socket directories, separated by commas; verify-full compares them."),
        new("hostaddr", "PGHOSTADDR", null, "Addresses to connect to without a name look-up, separated by commas."),
        new("port", "PGPORT", "5432", "TCP port, or the number in the socket's name; one for all hosts, or one for each."),
        new("client_encoding", "PGCLIENTENCODING", null, "Client encoding; auto takes it from the locale."),
        new("options", "PGOPTIONS", "", "Command-line options for the server session."),
        new("application_name", "PGAPPNAME", null, "Name shown in pg_stat_activity."),
        new("fallback_application_name", null, null, "Name shown where application_name is not given."),
        new("keepalives", null, null, "TCP keepalives; 0 turns them off.") { Syntax = Number },
        new("keepalives_idle", null, null, "Seconds of silence before the first keepalive.") { Syntax = Number },
        new("keepalives_interval", null, null, "Seconds between keepalives.") { Syntax = Number },
        new("keepalives_count", null, null, "Keepalives lost before the connection counts as dead.") { Syntax = Number },
        new("tcp_user_timeout", null, null, "Milliseconds that sent data may stay unacknowledged.")
            { Syntax = Number, SinceVersion = 12 },
        new("sslmode", "PGSSLMODE", "prefer", "Whether to use TLS, and what to verify about the server.")
            { Syntax = Choice, AllowedValues = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] },
        new("sslnegotiation", "PGSSLNEGOTIATION", "postgres", "Whether TLS is asked for first or started at once.")
            { Syntax = Choice, AllowedValues = ["postgres", "direct"], SinceVersion = 17 },
        new("sslcompression", "PGSSLCOMPRESSION", "0", "TLS compression; servers since PostgreSQL 14 have none.")
            { Syntax = Flag, AllowedValues = Switch },
        new("sslcert", "PGSSLCERT", null, "Client certificate; ~/.postgresql/postgresql.crt by default."),
        new("sslkey", "PGSSLKEY", null, "Private key of the client certificate; ~/.postgresql/postgresql.key by default."),
        new("sslcertmode", "PGSSLCERTMODE", null, "Whether a client certificate is sent; allow by default.")
            { Syntax = Choice, AllowedValues = ["disable", "allow", "require"], SinceVersion = 16 },
        new("sslpassword", null, null, "Passphrase of sslkey.") { IsSecret = true, SinceVersion = 13 },
        new("sslrootcert", "PGSSLROOTCERT", null,
            "Root certificates at which the server's chain must end, or system; ~/.postgresql/root.crt by default."),
        new("sslcrl", "PGSSLCRL", null, "Revocation lists; ~/.postgresql/root.crl by default."),
        new("sslcrldir", "PGSSLCRLDIR", null, "Directory of revocation lists, named by OpenSSL's hashes.") { SinceVersion = 14 },
        new("sslsni", "PGSSLSNI", "1", "Whether the host name is sent in the TLS handshake (SNI).")
            { Syntax = Flag, AllowedValues = Switch, SinceVersion = 14 },
        new("requirepeer", "PGREQUIREPEER", null, "Operating system user that the server must run as; Unix-domain sockets only."),
        new("require_auth", "PGREQUIREAUTH", null, "Authentication methods that are acceptable, or with ! those that are not.")
        {
            Syntax = AuthenticationMethods, SinceVersion = 16,
            AllowedValues = ["password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none"],
        },
        new("min_protocol_version", "PGMINPROTOCOLVERSION", null, "Lowest PostgreSQL protocol version to accept (not TLS).")
            { Syntax = Choice, AllowedValues = WireVersions, SinceVersion = 18 },
        new("max_protocol_version", "PGMAXPROTOCOLVERSION", null, "PostgreSQL protocol version to ask for (not TLS).")
            { Syntax = Choice, AllowedValues = WireVersions, SinceVersion = 18 },
        new("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", "TLSv1.2", "Lowest TLS version to accept.")
            { Syntax = ParameterSyntax.TlsVersion, AllowedValues = TlsVersions.Names, SinceVersion = 13 },
        new("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", null, "Highest TLS version to offer.")
            { Syntax = ParameterSyntax.TlsVersion, AllowedValues = TlsVersions.Names, SinceVersion = 13 },
        new("gssencmode", "PGGSSENCMODE", "prefer", "Whether GSSAPI encrypts the connection, before TLS is tried.")
            { Syntax = Choice, AllowedValues = ["disable", "prefer", "require"], SinceVersion = 12 },
        new("krbsrvname", "PGKRBSRVNAME", "postgres", "Kerberos service name."),
        new("gsslib", "PGGSSLIB", null, "GSSAPI library to use on Windows instead of SSPI."),
        new("gssdelegation", "PGGSSDELEGATION", "0", "Whether GSS credentials are passed on to the server.")
            { Syntax = Flag, AllowedValues = Switch, SinceVersion = 16 },
        new("replication", null, null, "Whether to use the replication protocol."),
        new("target_session_attrs", "PGTARGETSESSIONATTRS", "any", "Which kind of server is acceptable among several hosts.")
        {
            Syntax = Choice, SinceVersion = 10,
            AllowedValues = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
        },
        new("load_balance_hosts", "PGLOADBALANCEHOSTS", "disable", "Whether the hosts are tried in random order.")
            { Syntax = Choice, AllowedValues = ["disable", "random"], SinceVersion = 16 },
        new("scram_client_key", null, null, "SCRAM client key, instead of a password.")
            { Syntax = ScramKey, IsSecret = true, SinceVersion = 18 },
        new("scram_server_key", null, null, "SCRAM server key, instead of a password.")
            { Syntax = ScramKey, IsSecret = true, SinceVersion = 18 },
        new("oauth_issuer", null, null, "OAuth issuer to trust.") { SinceVersion = 18 },
        new("oauth_client_id", null, null, "OAuth client id.") { SinceVersion = 18 },
        new("oauth_client_secret", null, null, "OAuth client secret.") { IsSecret = true, SinceVersion = 18 },
        new("oauth_scope", null, null, "OAuth scope.") { SinceVersion = 18 },
        new("sslkeylogfile", null, null, "File to which the TLS session's secrets are appended, for network analysers.")
            { SinceVersion = 18 },
    ];

    private static readonly Dictionary<string, int> Positions = FindPositions();

    /// <summary>The parameter of a name, in libpq's spelling; null where libpq has none.</summary>
    public static ConnectionParameter? Find(string name) => Positions.TryGetValue(name, out int position) ? All[position] : null;

    /// <summary>Its place in <see cref="All"/>; null where libpq has none.</summary>
    internal static int? PositionOf(string name) => Positions.TryGetValue(name, out int position) ? position : null;

    internal static bool IsSecret(string name) => Find(name) is { IsSecret: true };

    /// <summary>Whether libpq reads an environment variable as a parameter.</summary>
    internal static bool IsVariable(string name) =>
        name == "PGREQUIRESSL" || Array.Exists(All, parameter => parameter.EnvironmentVariable == name);

    private static Dictionary<string, int> FindPositions()
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < All.Length; i++)
            positions.Add(All[i].Name, i);
        return positions;
    }
}
