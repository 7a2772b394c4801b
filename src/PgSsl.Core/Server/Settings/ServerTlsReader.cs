using PgSsl.Managers;

namespace PgSsl.Server.Settings;

/// <summary>Asks a server for everything about its TLS. What the role may not see is null.</summary>
internal static class ServerTlsReader
{
    // Parameters besides ssl and ssl_* that affect TLS.
    private static readonly string[] Others = ["allow_alter_system", "password_encryption"];

    private const string General =
        """
        SELECT version() AS version, pg_is_in_recovery() AS standby, pg_conf_load_time() AS loaded,
               current_setting('is_superuser') = 'on' AS superuser, has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload
        """;

    // Rows that the role may not see are missing (GUC_SUPERUSER_ONLY); without pg_read_all_settings, file and line are missing, too.
    private const string SettingRows =
        """
        SELECT name, setting, boot_val, source, sourcefile, sourceline, vartype, pending_restart FROM pg_settings
        WHERE name ~ '^ssl(_|$)' OR name IN ('data_directory', 'config_file', 'hba_file') OR name = ANY ($1::text[])
        """;

    private const string FileRows =
        """
        SELECT f.sourcefile, f.sourceline, f.name, f.setting, f.applied, f.error, s.context = 'postmaster' AS restart
        FROM pg_file_settings f LEFT JOIN pg_settings s ON lower(s.name) = lower(f.name)
        WHERE f.name ~* '^ssl(_|$)' OR f.error IS NOT NULL OR f.name = ANY ($1::text[]) ORDER BY f.seqno
        """;

    private const string NamesOfSettings = "SELECT name FROM pg_settings";

    private const string NamesOfRoles = "SELECT oid, rolname::text AS name FROM pg_roles";

    /// <summary>Asks the server.</summary>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<ServerTlsFacts> ReadAsync(IServerSession session, CancellationToken cancellationToken)
    {
        SqlRow general = (await QueryAsync(General).ConfigureAwait(false)).Only();
        ServerSetting[] settings = [.. (await QueryAsync(SettingRows, Others).ConfigureAwait(false)).Select(ToSetting)];
        bool isSuperuser = general.GetBoolean("superuser") == true;
        IReadOnlyList<SqlRow> roles = await QueryAsync(NamesOfRoles).ConfigureAwait(false);
        return new ServerTlsFacts
        {
            Version = session.ServerVersion,
            IsWindows = ServerPlatform.IsWindows(general.Required("version")),
            IsStandby = general.GetBoolean("standby") == true,
            ConfigurationLoadTime = (general.GetTime("loaded") ?? throw SqlRow.Missing("loaded")).UtcDateTime,
            DataDirectory = ValueOf("data_directory"),
            ConfigurationFile = ValueOf("config_file"),
            HbaFile = ValueOf("hba_file"),
            Settings = settings.Where(setting => setting.Name is not ("data_directory" or "config_file" or "hba_file"))
                .DistinctBy(setting => setting.Name).ToDictionary(setting => setting.Name),
            FileSettings = await ReadFileSettingsAsync(session, cancellationToken).ConfigureAwait(false),
            UserName = session.UserName,
            IsSuperuser = isSuperuser,
            MayReload = general.GetBoolean("may_reload") == true,
            MayAlter = await ReadMayAlterAsync().ConfigureAwait(false),
            Managers = ConfigurationManagers.FindOnServer(new ManagedServerFacts(
                [.. (await QueryAsync(NamesOfSettings).ConfigureAwait(false)).Select(row => row.Required("name"))],
                [.. roles.Select(row => row.Required("name"))])
            {
                BootstrapRole = roles.FirstOrDefault(row => row["oid"] == "10")?["name"],
            }),
        };

        Task<IReadOnlyList<SqlRow>> QueryAsync(string sql, string[]? names = null) =>
            session.QueryAsync(sql, names is null ? null : [names], cancellationToken);

        string? ValueOf(string name) => Array.Find(settings, setting => setting.Name == name)?.Value;

        // Grants on parameters came with PostgreSQL 15; before, only superusers had ALTER SYSTEM (utility.c; guc.c, AlterSystemSetConfigFile).
        async Task<IReadOnlySet<string>> ReadMayAlterAsync()
        {
            // Only superusers may see some of them (GUC_SUPERUSER_ONLY), but a role may be allowed to set them.
            int major = session.ServerVersion.Major;
            string[] names =
                [.. settings.Select(setting => setting.Name).Union(SslParameters.All.Select(parameter => parameter.NameIn(major)))];
            if (isSuperuser || session.ServerVersion.Major < 15)
                return isSuperuser ? names.ToHashSet() : new HashSet<string>();
            IReadOnlyList<SqlRow> rows = await QueryAsync(
                "SELECT name FROM unnest($1::text[]) AS name WHERE has_parameter_privilege(name, 'ALTER SYSTEM')", names).ConfigureAwait(false);
            return rows.Select(row => row.Required("name")).ToHashSet();
        }
    }

    /// <summary>What the server's files say now about these parameters, and their errors; null where the role may not see it.</summary>
    /// <exception cref="PgSslException">The session broke, or the statement failed.</exception>
    public static async Task<IReadOnlyList<FileSetting>?> ReadFileSettingsAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await session.QueryAsync(FileRows, [Others], cancellationToken).ConfigureAwait(false)).Select(ToFileSetting)];
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            return null;
        }
    }

    private static ServerSetting ToSetting(SqlRow row) => new(row.Required("name"), row["setting"] ?? "")
    {
        Default = row["boot_val"],
        Source = row.Required("source"),
        SourceFile = row["sourcefile"],
        SourceLine = row.GetInt32("sourceline"),
        Kind = row.Required("vartype"),
        IsRestartPending = row.GetBoolean("pending_restart") == true,
    };

    private static FileSetting ToFileSetting(SqlRow row) => new(
        row["sourcefile"], row.GetInt32("sourceline"), row["name"], row["setting"], row.GetBoolean("applied") == true, row["error"])
    {
        NeedsRestart = row.GetBoolean("restart") == true,
    };
}
