using System.Data;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;
using PgSsl.Connections;
using PgSsl.Server;

namespace PgSsl.Sql;

/// <summary>An open session. All values are transported as text, so neither types nor exceptions of Npgsql are visible outside.</summary>
internal sealed partial class NpgsqlSession(
    NpgsqlDataSource source, NpgsqlConnection connection, DriverConnection driver, SqlSessionRequest request) : IServerSession
{
    // Longer than Npgsql gives a server to end what was cancelled.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public ConnectionHost Host => request.Host;

    /// <inheritdoc/>
    public required ServerVersion ServerVersion { get; init; }

    /// <inheritdoc/>
    public required SessionTransport Transport { get; init; }

    /// <inheritdoc/>
    public required bool IsPooled { get; init; }

    /// <inheritdoc/>
    public uint? PeerUser => driver.PeerUser;

    /// <inheritdoc/>
    public required string UserName { get; init; }

    /// <inheritdoc/>
    public required string Database { get; init; }

    /// <summary>Whether statements run as the role that the caller's <c>options</c> name.</summary>
    public required bool KeepsRole { get; init; }

    /// <summary>When the server ends a statement by itself: after we have given it up.</summary>
    public static TimeSpan ServerTimeout(SqlSessionRequest request) => request.CommandTimeout + TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = NamedParameters(sql);
        command.AllResultTypesAreUnknown = true;
        // Two statements that are sent together are one transaction (Npgsql sends one Sync, protocol-flow.html, "Pipelining"), which a pooler
        // in any mode leaves on one connection; and the second is parsed after the first has run.
        if (IsPooled)
            command.CommandText = $"SELECT {StatementSettings.Expression(true, KeepsRole, ServerTimeout(request))}; {command.CommandText}";
        for (int i = 0; i < parameters?.Count; i++)
            command.Parameters.Add(new NpgsqlParameter
            {
                ParameterName = $"p{i + 1}",
                Value = SqlText.Format(parameters[i]) ?? (object)DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Unknown,
            });
        // The driver's own time limit begins anew with each packet. A server that has not ended its answer a while after it was asked to is
        // not asked again. That does not wait for the request: sending it may take long, too.
        using var end = new CancellationTokenSource();
        using CancellationTokenRegistration abort = end.Token.Register(driver.Abort);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => end.CancelAfter(Grace));
        deadline.CancelAfter(request.CommandTimeout);
        end.CancelAfter(request.CommandTimeout + Grace);
        using IDisposable watch = driver.WatchMessages();
        try
        {
            return await ReadAnswerAsync(command, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not PgSslException)
        {
            if (exception is not (PostgresException or OperationCanceledException))
                driver.Abort();
            cancellationToken.ThrowIfCancellationRequested();
            throw driver.Violation ?? Explain(deadline.IsCancellationRequested ? new OperationCanceledException() : exception, sql);
        }
    }

    private async Task<IReadOnlyList<SqlRow>> ReadAnswerAsync(NpgsqlCommand command, CancellationToken deadline)
    {
        await using NpgsqlDataReader reader =
            await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, deadline).ConfigureAwait(false);
        try
        {
            if (IsPooled)
                await reader.NextResultAsync(deadline).ConfigureAwait(false);
            return await new ResultReader(reader, Host).ReadAsync(deadline).ConfigureAwait(false);
        }
        catch (PgSslException)
        {
            // There may be no end to what is still to come.
            driver.Abort();
            await reader.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    // Only with named parameters Npgsql sends several statements that have some.
    private static string NamedParameters(string sql) => Placeholder().Replace(sql, "@p${number}");

    [GeneratedRegex(@"\$(?<number>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    private PgSslException Explain(Exception exception, string sql) => exception switch
    {
        PostgresException refused => SqlFailures.Failed(refused.SqlState, refused.MessageText, sql, UserName, ServerVersion),
        OperationCanceledException or { InnerException: TimeoutException } => new(
            PgSslError.ConnectionTimedOut,
            string.Create(
                CultureInfo.InvariantCulture, $"{Host} did not answer a statement within {request.CommandTimeout.TotalSeconds:0.###} s."),
            "Check locks and load on the server: select * from pg_stat_activity"),
        NpgsqlException or IOException or SocketException or InvalidOperationException => new(
            PgSslError.ConnectionClosed,
            $"The session with {Host} was interrupted: {exception.Message.TrimEnd('.')}.",
            "Connect again; the server's log has the reason."),
        // Whatever the driver does not understand, down to a length that no array can have.
        _ => new(
            PgSslError.UnexpectedAnswer,
            $"{Host} answered a statement with what no PostgreSQL sends: {exception.Message.TrimEnd('.')}.",
            "Find out what answers there: it may not be PostgreSQL."),
    };
}
