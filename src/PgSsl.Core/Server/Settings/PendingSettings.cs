namespace PgSsl.Server.Settings;

/// <summary>The parameters that a reload would change, whoever wrote them: what the files say now beside what the server uses.</summary>
internal static class PendingSettings
{
    // What only a restart changes is not applied. With any other error than this one, which is not translated, a reload applies nothing; a value
    // with this error stays as it is (guc.c, ProcessConfigFileInternal). The module's own sessions set some parameters themselves: nothing is known
    // of these.
    private const string Sql =
        """
        WITH used AS (SELECT name, setting, unit, vartype, source, boot_val, context FROM pg_settings),
             written AS (SELECT name, setting, sourcefile, sourceline, applied, error FROM pg_file_settings)
        SELECT s.name, s.setting, s.unit, s.vartype, s.source, s.boot_val, f.setting AS written, f.sourcefile, f.sourceline,
               (SELECT count(*) FROM written WHERE name NOT LIKE '%.%' AND lower(name) NOT IN (SELECT lower(name) FROM used)) AS unknown
        FROM used s LEFT JOIN written f ON lower(f.name) = lower(s.name) AND f.applied
        WHERE s.context NOT IN ('internal', 'postmaster') AND s.source IN ('default', 'configuration file')
              AND (f.name IS NOT NULL OR s.source = 'configuration file')
              AND NOT EXISTS (SELECT FROM written w WHERE lower(w.name) = lower(s.name) AND w.error IS NOT NULL)
              AND NOT EXISTS (SELECT FROM written w WHERE w.error <> 'setting could not be applied')
        ORDER BY s.name
        """;

    /// <summary>Asks the server; null where the role may not see pg_file_settings.</summary>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<IReadOnlyList<PendingSetting>?> FindAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            return Read(await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false));
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            return null;
        }
    }

    /// <summary>What the rows say.</summary>
    internal static IReadOnlyList<PendingSetting> Read(IReadOnlyList<SqlRow> rows)
    {
        var found = new List<PendingSetting>();
        foreach (SqlRow row in rows)
        {
            (string name, string used, string kind) = (row.Required("name"), row["setting"] ?? "", row.Required("vartype"));
            if (row["written"] is { } written)
            {
                if (SettingValue.IsSame(written, used, kind, row["unit"]) == false)
                    Add(name, used, written, row["sourcefile"], row.GetInt32("sourceline"), kind);
            }
            // A file may name it by a former name.
            else if (row.GetInt64("unknown") == 0 && SettingValue.IsSame(row["boot_val"] ?? "", used, kind, row["unit"]) == false)
            {
                Add(name, used, row["boot_val"] ?? "", null, null, kind);
            }
        }
        return found;

        void Add(string name, string used, string written, string? file, int? line, string kind) =>
            found.Add(new PendingSetting(name, used, written, file, line)
            {
                IsShown = kind != "string"
                    || (name.StartsWith("ssl_", StringComparison.Ordinal) && !name.Contains("passphrase", StringComparison.Ordinal)),
            });
    }
}

/// <summary>A parameter that a reload would change.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Used">The value that the server uses.</param>
/// <param name="Written">The value in the files; the default where no file sets it any more.</param>
/// <param name="File">The file; null where no file sets it any more.</param>
/// <param name="Line">The line.</param>
internal sealed record PendingSetting(string Name, string Used, string Written, string? File, int? Line)
{
    /// <summary>Whether the values may be shown: texts may be commands or connection strings, with secrets in them.</summary>
    public bool IsShown { get; init; }

    /// <summary>In words.</summary>
    public override string ToString()
    {
        string where = File is null ? "no file sets it any more" : $"{File}:{Line} sets it";
        return IsShown
            ? $"{Name} would become '{Written}': {where}, and the server uses '{Used}'."
            : $"{Name} would change: {where}, and the server uses another value.";
    }
}
