namespace PgSsl.Server.Live;

/// <summary>Reads files of a server through SQL.</summary>
internal static class RemoteFile
{
    // A missing file must not be an error: Npgsql closes a session after errors of class 58.
    private const string Content =
        """
        SELECT encode(pg_read_binary_file($1, 0, size, true), 'base64') AS content FROM pg_stat_file($1, true) WHERE NOT isdir
        """;

    /// <summary>The content of a file; null where there is none.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The file, by the server's name for it.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/> or <see cref="PgSslError.SqlFailed"/>: the role, or the server, may not read it.
    /// </exception>
    public static async Task<byte[]?> ReadAsync(IServerSession session, string path, CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlRow> rows = await session.QueryAsync(Content, [path], cancellationToken).ConfigureAwait(false);
        return rows is [var row] ? row.GetBase64("content") : null;
    }
}
