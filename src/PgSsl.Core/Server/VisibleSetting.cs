namespace PgSsl.Server;

/// <summary>Settings that not everybody may see, such as paths (guc_tables.c, GUC_SUPERUSER_ONLY).</summary>
internal static class VisibleSetting
{
    /// <summary>
    /// An expression: whether the role may see them (guc.c, ConfigOptionIsVisible). Beside it current_setting serves, and the server need not
    /// write all its settings down, as it does for one look into pg_settings.
    /// </summary>
    public const string Condition = "pg_has_role('pg_read_all_settings', 'USAGE')";
}
