using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>The server's files through SQL, for users without access to its disk. The role needs pg_read_server_files.</summary>
internal sealed class ServerHbaFiles(IServerSession session, CancellationToken cancellationToken) : IServerFiles
{
    // A missing file must not be an error: at SQLSTATE 58P01 (undefined_file) Npgsql closes the connection (PostgresErrorCodes,
    // IsCriticalFailure). A directory has no content: the server, too, reads it as empty.
    private const string Content =
        """
        SELECT encode(CASE WHEN isdir THEN '' ELSE pg_read_binary_file($1, 0, size, true) END, 'base64') AS content
        FROM pg_stat_file($1, true) WHERE size IS NOT NULL
        """;

    private const string Names =
        """
        SELECT name FROM pg_stat_file($1, true) AS folder, pg_ls_dir($1, true, false) AS name
        WHERE folder.isdir AND NOT (pg_stat_file($1 || '/' || name, true)).isdir
        """;

    /// <summary>The statements that allow a role to read them.</summary>
    public static string GrantsFor(string userName)
    {
        string role = SqlQuoting.Identifier(userName);
        return $"GRANT pg_read_server_files TO {role}; GRANT EXECUTE ON FUNCTION pg_stat_file(text, boolean), "
            + $"pg_read_binary_file(text, bigint, bigint, boolean), pg_ls_dir(text, boolean, boolean) TO {role}";
    }

    /// <summary>Reads a file of a server with those that it includes, here or through SQL; null if the role may not, or there is none.</summary>
    /// <param name="live">The server.</param>
    /// <param name="path">The file, by the server's name for it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<HbaDocument?> TryReadAsync(LiveServer live, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(live, path, cancellationToken).ConfigureAwait(false);
        }
        catch (PgSslException failure) when (failure.Error is
            PgSslError.InsufficientPrivilege or PgSslError.FileNotFound or PgSslError.FileUnreadable)
        {
            return null;
        }
    }

    /// <summary>The same.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/>, <see cref="PgSslError.FileNotFound"/>, <see cref="PgSslError.FileUnreadable"/>.
    /// </exception>
    public static Task<HbaDocument> ReadAsync(LiveServer live, string path, CancellationToken cancellationToken) => Task.Run(
        () => HbaDocument.Read(
            path, new HbaDialect { Major = live.Session.ServerVersion.Major, SslIsOn = true },
            live.FilesAreHere ? DiskServerFiles.Instance : new ServerHbaFiles(live.Session, cancellationToken)),
        cancellationToken);

    /// <inheritdoc/>
    public FileContent Read(string path)
    {
        try
        {
            return Query(Content, path) is [var row] && row.GetBase64("content") is { } content
                ? FileContent.Of(content)
                : FileContent.Missing;
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.SqlFailed)
        {
            return FileContent.Unreadable(failure.Message);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory, out string? error)
    {
        error = null;
        try
        {
            if (Query("SELECT 1 FROM pg_stat_file($1, true) WHERE size IS NOT NULL", directory).Count == 0)
            {
                error = FileContent.Missing.Error;
                return [];
            }
            string[] names = [.. Query(Names, directory).Select(row => row.Required("name")).Where(ServerPath.IsConfigurationFile)];
            Array.Sort(names, ServerPath.CompareBytes);
            return [.. names.Select(name => ServerPath.Join(directory, name))];
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.SqlFailed)
        {
            error = failure.Message;
            return [];
        }
    }

    private IReadOnlyList<SqlRow> Query(string sql, string path)
    {
        try
        {
            return Task.Run(() => session.QueryAsync(sql, [path], cancellationToken), cancellationToken).GetAwaiter().GetResult();
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            throw new PgSslException(
                PgSslError.InsufficientPrivilege, failure.Message, $"As a superuser: {GrantsFor(session.UserName)}", failure);
        }
    }
}
