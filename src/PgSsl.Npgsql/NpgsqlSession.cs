using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;
using PgSsl.Connections;
using PgSsl.Server;

namespace PgSsl.Sql;

/// <summary>An open session. All values are transported as text, so neither types nor exceptions of Npgsql are visible outside.</summary>
internal sealed class NpgsqlSession(NpgsqlDataSource source, NpgsqlConnection connection, SqlSessionRequest request) : IServerSession
{
    /// <inheritdoc/>
    public ConnectionHost Host => request.Host;

    /// <inheritdoc/>
    public required ServerVersion ServerVersion { get; init; }

    /// <inheritdoc/>
    public required SessionTransport Transport { get; init; }

    /// <inheritdoc/>
    public required bool IsPooled { get; init; }

    /// <inheritdoc/>
    public required string UserName { get; init; }

    /// <inheritdoc/>
    public required string Database { get; init; }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.AllResultTypesAreUnknown = true;
        foreach (object? value in parameters ?? [])
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = SqlText.Format(value) ?? (object)DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Unknown,
            });
        try
        {
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or SocketException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(exception, sql);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<SqlRow>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < reader.FieldCount; i++)
            columns.TryAdd(reader.GetName(i), i);

        var rows = new List<SqlRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            string?[] values = new string?[reader.FieldCount];
            for (int i = 0; i < values.Length; i++)
                values[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
            rows.Add(new SqlRow(columns, values));
        }
        return rows;
    }

    private PgSslException Explain(Exception exception, string sql) => exception switch
    {
        PostgresException refused => SqlFailures.Failed(refused.SqlState, refused.MessageText, sql, UserName, ServerVersion),
        { InnerException: TimeoutException } => new(
            PgSslError.ConnectionTimedOut,
            string.Create(
                CultureInfo.InvariantCulture, $"{Host} did not answer a statement within {request.CommandTimeout.TotalSeconds:0.###} s."),
            "Check locks and load on the server: select * from pg_stat_activity"),
        _ => new(
            PgSslError.ConnectionClosed,
            $"The session with {Host} was interrupted: {exception.Message.TrimEnd('.')}.",
            "Connect again; the server's log has the reason."),
    };
}
