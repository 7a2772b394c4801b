using System.Net;
using PgSsl.Common;
using PgSsl.Managers;
using PgSsl.Server;
using PgSsl.Server.Sessions;

namespace PgSsl.Hba.Live;

/// <summary>Asks a server for the facts about its pg_hba.conf. What the role may not see is null.</summary>
internal sealed class HbaServerReader(IServerSession session, CancellationToken cancellationToken)
{
    // Before PostgreSQL 18 there is no oauth_validator_libraries.
    private const string Settings =
        $"""
        SELECT current_setting('ssl') AS ssl, current_setting('ssl_ca_file', true) AS ca, version() AS version,
               host(inet_client_addr()) AS client,
               CASE WHEN {VisibleSetting.Condition} THEN current_setting('hba_file') END AS hba,
               CASE WHEN {VisibleSetting.Condition} THEN current_setting('oauth_validator_libraries', true) END AS validators,
               has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload,
               has_table_privilege('pg_hba_file_rules', 'SELECT') AND has_function_privilege('pg_hba_file_rules()', 'EXECUTE') AS may_see
        """;

    private const string Members =
        """
        SELECT r.rolname::text AS role, array_agg(m.rolname::text) AS members
        FROM pg_auth_members am JOIN pg_roles r ON r.oid = am.roleid JOIN pg_roles m ON m.oid = am.member GROUP BY r.rolname
        """;

    // Who has the privilege CONNECT (postinit.c, CheckMyDatabase).
    private const string Closed =
        """
        SELECT d.datname::text AS name,
               ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.rolcanlogin AND has_database_privilege(r.oid, d.oid, 'CONNECT')) AS allowed
        FROM pg_database d WHERE d.datallowconn AND NOT has_database_privilege('public', d.oid, 'CONNECT') ORDER BY 1
        """;

    /// <summary>Asks the server.</summary>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public async Task<HbaServerFacts> ReadAsync()
    {
        SqlRow settings = (await QueryAsync(Settings).ConfigureAwait(false)).Only();
        IReadOnlyList<SqlRow> roles = await QueryAsync(
            // A limit of 0 keeps everybody out but superusers (postinit.c, InitializeSessionUserId).
            "SELECT oid, rolname::text AS name, rolcanlogin AND (rolconnlimit <> 0 OR rolsuper) AS login, rolreplication OR rolsuper AS replicates "
                + "FROM pg_roles ORDER BY 2")
            .ConfigureAwait(false);
        IReadOnlyList<SqlRow> members = await QueryAsync(Members).ConfigureAwait(false);
        IReadOnlyList<SqlRow> databases =
            await QueryAsync("SELECT datname::text AS name FROM pg_database WHERE datallowconn ORDER BY 1").ConfigureAwait(false);
        IReadOnlyList<SqlRow> closed = await QueryAsync(Closed).ConfigureAwait(false);
        SessionList sessions = await SessionReader.ReadAsync(session, session.Host.ToString(), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<SqlRow> names = await QueryAsync("SELECT name FROM pg_settings").ConfigureAwait(false);
        IReadOnlyList<SqlRow>? built = await TryAsync("SELECT setting FROM pg_config WHERE name = 'CONFIGURE'").ConfigureAwait(false);
        string[] roleNames = [.. roles.Select(row => row.Required("name"))];
        return new HbaServerFacts
        {
            Version = session.ServerVersion,
            HbaPath = settings["hba"],
            Dialect = new HbaDialect
            {
                Major = session.ServerVersion.Major,
                SslIsOn = settings["ssl"] == "on",
                OAuthValidators = settings["validators"] is { } validators ? SplitList(validators) : null,
                HasSspi = ServerPlatform.IsWindows(settings.Required("version")),
            }.BuiltWith(built is [var row, ..] ? row["setting"] : null),
            HasClientCa = !string.IsNullOrEmpty(settings["ca"]),
            ClientAddress = AddressOf(settings["client"]),
            Sessions = [.. sessions.Sessions.Select(LiveSession.Of)],
            HiddenSessions = sessions.HiddenCount,
            Memberships = new RoleMemberships(
                members.DistinctBy(row => row.Required("role"))
                    .ToDictionary(row => row.Required("role"), row => row.GetArray("members")?.OfType<string>().ToArray() ?? []), roleNames),
            LoginRoles = [.. roles.Where(row => row.GetBoolean("login") == true).Select(row => row.Required("name"))],
            Replicators = roles.Where(row => row.GetBoolean("replicates") == true).Select(row => row.Required("name")).ToHashSet(),
            ClosedDatabases = closed.ToDictionary(
                row => row.Required("name"), row => (IReadOnlySet<string>)(row.GetArray("allowed") ?? []).OfType<string>().ToHashSet()),
            Databases = [.. databases.Select(row => row.Required("name"))],
            StoredPasswords = await ReadStoredPasswordsAsync().ConfigureAwait(false),
            Managers = ConfigurationManagers.FindOnServer(new ManagedServerFacts([.. names.Select(row => row.Required("name"))], roleNames)
            {
                BootstrapRole = roles.FirstOrDefault(row => row["oid"] == "10")?["name"],
            }),
            MayReload = settings.GetBoolean("may_reload") == true,
            MaySeeRules = settings.GetBoolean("may_see") == true,
        };
    }

    private async Task<StoredPasswords?> ReadStoredPasswordsAsync()
    {
        // The forms are those of crypt.c, get_password_type.
        const string Sql =
            """
            SELECT rolname::text AS role,
                   CASE WHEN rolpassword IS NULL THEN 'none' WHEN rolvaliduntil < now() THEN 'expired'
                        WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' WHEN rolpassword LIKE 'SCRAM-SHA-256$%:%$%:%' THEN 'scram-sha-256'
                        ELSE 'unusable' END AS kind
            FROM pg_authid WHERE rolcanlogin
            """;
        return await TryAsync(Sql).ConfigureAwait(false) is { } rows
            ? new StoredPasswords(rows.DistinctBy(row => row.Required("role")).ToDictionary(row => row.Required("role"), row => row.Required("kind")))
            : null;
    }

    private Task<IReadOnlyList<SqlRow>> QueryAsync(string sql) => session.QueryAsync(sql, null, cancellationToken);

    private async Task<IReadOnlyList<SqlRow>?> TryAsync(string sql)
    {
        try
        {
            return await QueryAsync(sql).ConfigureAwait(false);
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            return null;
        }
    }

    private static NumericAddress? AddressOf(string? text) => IPAddress.TryParse(text, out IPAddress? address) ? NumericAddress.Of(address) : null;

    private static string[] SplitList(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
