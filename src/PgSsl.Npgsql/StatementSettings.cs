using System.Globalization;

namespace PgSsl.Sql;

/// <summary>
/// The settings that our statements, and the reading of their results, rest on. Without them they are what the owner of the database
/// (ALTER DATABASE … SET), the role, the server, or another client of a pooler made of them.
/// </summary>
internal static class StatementSettings
{
    private const string SetConfig = "pg_catalog.set_config";

    private static readonly (string Name, string Value)[] Values =
    [
        // First pg_catalog, so that no function, operator, type or table of another schema can stand in for one of the system's
        // (CVE-2018-1058); pg_temp last, because it is otherwise searched first.
        ("search_path", "pg_catalog, pg_temp"),
        // How values are printed and read.
        ("DateStyle", "ISO, YMD"),
        ("IntervalStyle", "postgres"),
        ("TimeZone", "UTC"),
        ("bytea_output", "hex"),
        ("client_encoding", "UTF8"),
        ("array_nulls", "on"),
        // How statements are read.
        ("standard_conforming_strings", "on"),
        ("backslash_quote", "safe_encoding"),
        ("transform_null_equals", "off"),
        ("quote_all_identifiers", "off"),
        // What may keep them from running. A standby refuses serializable transactions.
        ("lock_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
        ("idle_session_timeout", "0"),
        ("transaction_timeout", "0"),
        ("default_transaction_read_only", "off"),
        ("default_transaction_isolation", "read committed"),
        ("default_transaction_deferrable", "off"),
        ("client_min_messages", "error"),
    ];

    /// <summary>An expression that sets all of them. Everything in it is named with its schema, because it is the first that runs.</summary>
    /// <param name="isLocal">Whether they last until the end of the transaction, which then cannot write, and not of the session.</param>
    /// <param name="keepsRole">Whether the role stays what the caller's <c>options</c> say; otherwise it is the one that logged in.</param>
    /// <param name="timeout">When the server ends a statement, should nobody wait for it any more.</param>
    public static string Expression(bool isLocal, bool keepsRole, TimeSpan timeout)
    {
        string local = isLocal ? "true" : "false";
        string milliseconds = ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        IEnumerable<string> all =
        [
            .. isLocal ? [$"{SetConfig}('transaction_read_only', 'on', true)"] : Array.Empty<string>(),
            .. keepsRole ? Array.Empty<string>() : [$"{SetConfig}('role', 'none', {local})"],
            .. Values.Append(("statement_timeout", milliseconds)).Select(setting =>
                // Older versions do not have all of them.
                $"CASE WHEN pg_catalog.current_setting('{setting.Item1}', true) IS NOT NULL " +
                $"THEN {SetConfig}('{setting.Item1}', '{setting.Item2}', {local}) END"),
            // Only superusers may set it. Remedies look for names in messages, and those are in every language.
            "CASE WHEN pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.=) 'on' " +
            $"THEN {SetConfig}('lc_messages', 'C', {local}) END",
        ];
        return $"pg_catalog.concat({string.Join(", ", all)})";
    }
}
