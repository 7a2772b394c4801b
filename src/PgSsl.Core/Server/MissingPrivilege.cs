using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Server;

/// <summary>
/// What to grant after SQLSTATE 42501. It is found by the names in the statement and in the message, because the message is in the server's
/// language.
/// </summary>
internal static partial class MissingPrivilege
{
    // The default privileges of PostgreSQL 15 to 18: system_functions.sql, system_views.sql, predefined roles.
    private static readonly (string Name, string Grant)[] Known =
    [
        ("pg_hba_file_rules", "GRANT SELECT ON pg_hba_file_rules TO {0}; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {0}"),
        ("pg_ident_file_mappings",
            "GRANT SELECT ON pg_ident_file_mappings TO {0}; GRANT EXECUTE ON FUNCTION pg_ident_file_mappings() TO {0}"),
        ("pg_file_settings", "GRANT SELECT ON pg_file_settings TO {0}; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {0}"),
        ("pg_reload_conf", "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {0}"),
        ("pg_read_file", "GRANT pg_read_server_files TO {0}; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {0}"),
        ("pg_read_binary_file", "GRANT pg_read_server_files TO {0}; GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO {0}"),
        ("pg_stat_file", "GRANT pg_read_server_files TO {0}; GRANT EXECUTE ON FUNCTION pg_stat_file(text) TO {0}"),
        ("pg_ls_dir", "GRANT pg_read_server_files TO {0}; GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO {0}"),
        ("pg_ls_logdir", "GRANT pg_monitor TO {0}"),
        ("pg_current_logfile", "GRANT EXECUTE ON FUNCTION pg_current_logfile() TO {0}"),
        ("pg_terminate_backend", "GRANT pg_signal_backend TO {0}"),
        ("pg_read_all_settings", "GRANT pg_read_all_settings TO {0}"),
        ("current_setting", "GRANT pg_read_all_settings TO {0}"),
        ("SHOW", "GRANT pg_read_all_settings TO {0}"),
    ];

    /// <summary>Says what to grant.</summary>
    /// <param name="sql">The statement that was refused.</param>
    /// <param name="message">The server's message.</param>
    /// <param name="role">The role that lacks the privilege.</param>
    /// <param name="version">The server's version, which decides which grants exist.</param>
    public static string Remedy(string sql, string message, string role, ServerVersion version)
    {
        string quotedRole = SqlQuoting.Identifier(role);
        if (AlterSystem().Match(sql) is { Success: true } alter)
            return version.Major >= 15
                ? $"As a superuser: GRANT ALTER SYSTEM ON PARAMETER {alter.Groups["name"].Value} TO {quotedRole}"
                : "Before PostgreSQL 15 only superusers may do this: connect as one.";
        string? grant = (Find(message) ?? Find(sql)) is { } found ? string.Format(null, found, quotedRole) : null;
        return grant is not null
            ? $"As a superuser: {grant}"
            : $"Connect as a superuser, or have one grant the privilege to {quotedRole}.";
    }

    private static string? Find(string text) => Known.FirstOrDefault(entry => Mentions(text, entry.Name)).Grant;

    private static bool Mentions(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0;
            at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (!IsNamePart(text, at - 1) && !IsNamePart(text, at + name.Length))
                return true;
        }
        return false;
    }

    private static bool IsNamePart(string text, int index) =>
        index >= 0 && index < text.Length && (char.IsAsciiLetterOrDigit(text[index]) || text[index] == '_');

    [GeneratedRegex(@"^\s*ALTER\s+SYSTEM\s+(SET|RESET)\s+(?<name>\w+(\.\w+)?)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex AlterSystem();
}
