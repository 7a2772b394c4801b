using System.Net;

namespace PgSsl.Server.Sessions;

/// <summary>
/// Asks a server for its sessions, in one statement: pg_stat_activity, joined with pg_stat_ssl, pg_stat_gssapi and pg_stat_replication
/// (system_views.sql; 10 and newer).
/// </summary>
internal static class SessionReader
{
    // pg_stat_gssapi, and these columns of pg_stat_ssl, came with 12; before, there was only clientdn.
    private const int CertificateColumns = 12;

    // Only sessions of clients. usesysid is set also if the role has been dropped, and not yet set if the client has not said who it is (18).
    // Without pg_read_all_stats, only process, role, database and application of another role's session are visible (pgstatfuncs.c,
    // pg_stat_get_activity).
    private const string Sql =
        """
        SELECT a.pid, pg_catalog.pg_get_userbyid(a.usesysid)::text AS role, a.datname::text AS database,
               pg_catalog.host(a.client_addr) AS address, a.client_port AS port, a.client_hostname AS hostname,
               coalesce(a.application_name, '') AS application, a.backend_type AS type, a.backend_start, a.state, a.state_change,
               s.ssl, s.version, s.cipher, s.bits, {certificate},
               r.pid IS NOT NULL AS walsender, r.state AS replication, a.pid = pg_catalog.pg_backend_pid() AS own
        FROM pg_catalog.pg_stat_activity a LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = a.pid
             LEFT JOIN pg_catalog.pg_stat_replication r ON r.pid = a.pid{gssapi}
        WHERE a.usesysid IS NOT NULL AND (a.backend_type IS NULL OR a.backend_type IN ('client backend', 'walsender')) ORDER BY a.pid
        """;

    /// <summary>Asks the server.</summary>
    /// <param name="session">The session.</param>
    /// <param name="endpoint">The Endpoint of the sessions.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="PgSslException">The session broke, or the statement failed.</exception>
    public static async Task<SessionList> ReadAsync(IServerSession session, string endpoint, CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlRow> rows = await session.QueryAsync(SqlFor(session.ServerVersion), null, cancellationToken).ConfigureAwait(false);
        return Read(rows, endpoint);
    }

    /// <summary>The statement that a version understands.</summary>
    internal static string SqlFor(ServerVersion version)
    {
        (string certificate, string gssapi) = version.Major >= CertificateColumns
            ? ("s.client_dn AS dn, s.client_serial::text AS serial, s.issuer_dn AS issuer, g.principal, g.encrypted AS gss",
                " LEFT JOIN pg_catalog.pg_stat_gssapi g ON g.pid = a.pid")
            : ("nullif(s.clientdn, '') AS dn, NULL AS serial, NULL AS issuer, NULL AS principal, false AS gss", "");
        return Sql.Replace("{certificate}", certificate, StringComparison.Ordinal).Replace("{gssapi}", gssapi, StringComparison.Ordinal);
    }

    /// <summary>What the rows say.</summary>
    internal static SessionList Read(IReadOnlyList<SqlRow> rows, string endpoint) => new(
        [.. rows.Where(row => row["type"] is not null).Select(row => ToSession(row, endpoint))],
        // The type is hidden as well. A process without a database that is not a walsender is a background worker.
        rows.Count(row => row["type"] is null && (row["database"] is not null || row.GetBoolean("walsender") == true)));

    private static SslSession ToSession(SqlRow row, string endpoint)
    {
        int? port = row.GetInt32("port");
        return new SslSession
        {
            Endpoint = endpoint,
            ProcessId = row.GetInt32("pid") ?? throw SqlRow.Missing("pid"),
            UserName = row.Required("role"),
            Database = row["database"],
            ClientAddress = row["address"],
            ClientPort = port < 0 ? null : port,
            ClientHostName = row["hostname"],
            IsLoopback = IPAddress.TryParse(row["address"], out IPAddress? address) && IPAddress.IsLoopback(address),
            ApplicationName = row.Required("application"),
            BackendType = row.Required("type"),
            IsReplication = row["type"] == "walsender",
            Transport = TransportOf(port, row.GetBoolean("ssl"), row.GetBoolean("gss")),
            Protocol = row["version"],
            CipherSuite = row["cipher"],
            Bits = row.GetInt32("bits"),
            ClientDn = row["dn"],
            ClientSerial = row["serial"],
            IssuerDn = row["issuer"],
            Principal = row["principal"],
            BackendStart = (row.GetTime("backend_start") ?? throw SqlRow.Missing("backend_start")).UtcDateTime,
            State = row["state"],
            StateChange = row.GetTime("state_change")?.UtcDateTime,
            ReplicationState = row["replication"],
            IsOwn = row.GetBoolean("own") == true,
        };
    }

    // Port -1 is a Unix-domain socket. GSSAPI can authenticate without encrypting.
    private static string TransportOf(int? port, bool? ssl, bool? gss) =>
        port is null ? "unknown" : port < 0 ? "socket" : ssl == true ? "tls" : gss == true ? "gss" : "plaintext";
}
