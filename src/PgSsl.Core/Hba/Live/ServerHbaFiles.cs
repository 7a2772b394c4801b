using PgSsl.Server;

namespace PgSsl.Hba.Live;

/// <summary>The server's files, through SQL: for those who may not, or cannot, look at its disk. Needs pg_read_server_files.</summary>
public sealed class ServerHbaFiles(IServerSession session, CancellationToken cancellationToken) : IHbaFiles
{
    /// <inheritdoc/>
    public HbaFileContent Read(string path)
    {
        try
        {
            // A directory has no content, and reads as empty to the server as well.
            if (Query("SELECT encode(CASE WHEN (pg_stat_file($1)).isdir THEN '' ELSE pg_read_binary_file($1) END, 'base64') AS content", path) is [var row])
                return HbaFileContent.Of(Convert.FromBase64String(row["content"]!.Replace("\n", "", StringComparison.Ordinal)));
            return HbaFileContent.Missing;
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.SqlFailed)
        {
            // SQLSTATE 58P01, undefined_file.
            return failure.Message.Contains("58P01", StringComparison.Ordinal) ? HbaFileContent.Missing : HbaFileContent.Unreadable(failure.Message);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory, out string? error)
    {
        error = null;
        try
        {
            string[] names =
            [
                .. Query("SELECT name FROM pg_ls_dir($1) AS name WHERE NOT (pg_stat_file($1 || '/' || name)).isdir", directory)
                    .Select(row => row["name"]!).Where(HbaPath.IsConfigurationFile),
            ];
            Array.Sort(names, HbaPath.CompareBytes);
            return [.. names.Select(name => HbaPath.Join(directory, name))];
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.SqlFailed)
        {
            error = failure.Message;
            return [];
        }
    }

    private IReadOnlyList<SqlRow> Query(string sql, string path) =>
        Task.Run(() => session.QueryAsync(sql, [path], cancellationToken), cancellationToken).GetAwaiter().GetResult();
}
