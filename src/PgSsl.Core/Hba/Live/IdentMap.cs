using PgSsl.Server;

namespace PgSsl.Hba.Live;

/// <summary>pg_ident.conf as it is on the disk (pg_ident_file_mappings, from PostgreSQL 15 on).</summary>
/// <param name="lines">The name of the map, and the role, of each line.</param>
internal sealed class IdentMap(IReadOnlyList<(string Map, string Role)> lines)
{
    /// <summary>Asks the server; null where nothing is known, or the server would not load the file, and go on with what it has.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<IdentMap?> ReadAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            const string Sql = "SELECT map_name, pg_username, error FROM pg_ident_file_mappings";
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false);
            return rows.Any(row => row["error"] is not null)
                ? null
                : new IdentMap([.. rows.Select(row => (row.Required("map_name"), row.Required("pg_username")))]);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a map may let somebody in as a role. Who it is in the operating system, or in the certificate, is not compared
    /// (hba.c, check_ident_usermap: all, +role, /pattern and \1 may stand for any role).
    /// </summary>
    public bool MayMap(string map, string role) => lines.Any(line => line.Map == map
        && (line.Role == role || line.Role == "all" || line.Role.StartsWith('+') || line.Role.StartsWith('/')
            || line.Role.Contains("\\1", StringComparison.Ordinal)));
}
