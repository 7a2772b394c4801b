namespace PgSsl.Server.Settings;

/// <summary>
/// What is in the configuration files that a start does not take, or perhaps not. A running server goes on with what it has (guc.c,
/// ProcessConfigFileInternal: at the start any error is fatal).
/// </summary>
/// <param name="Faults">What no start takes, as sentences.</param>
/// <param name="Waiting">Values that only a start takes: whether it does, depends on more than the value.</param>
internal sealed record StartSettings(IReadOnlyList<string> Faults, IReadOnlyList<string> Waiting)
{
    // A parameter that only a restart changes has an error in this view either way. Whoever reads the view marks it in pg_settings, if the value is
    // one that the parameter can have (guc.c, set_config_option: GUC_PENDING_RESTART).
    private const string Mark = "SELECT count(*) FROM pg_file_settings";

    private const string Rows =
        """
        SELECT f.sourcefile, f.sourceline, f.name, f.error, s.context = 'postmaster' AND s.pending_restart AS waits
        FROM pg_file_settings f LEFT JOIN pg_settings s ON lower(s.name) = lower(f.name) WHERE f.error IS NOT NULL ORDER BY f.seqno
        """;

    /// <summary>Asks the server; null where the role may not see its files.</summary>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<StartSettings?> ReadAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.QueryAsync(Mark, null, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Rows, null, cancellationToken).ConfigureAwait(false);
            return new StartSettings(
                [.. rows.Where(row => row.GetBoolean("waits") != true).Select(row => $"{PlaceOf(row)}: {row["error"]}.")],
                [.. rows.Where(row => row.GetBoolean("waits") == true).Select(row =>
                    $"{PlaceOf(row)} waits for a restart, and whether the server starts with that value is not known.")]);
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            return null;
        }
    }

    private static string PlaceOf(SqlRow row) =>
        $"{row["sourcefile"]}{(row["sourceline"] is { } line ? $":{line}" : "")}{(row["name"] is { } name ? $" ({name})" : "")}";
}
