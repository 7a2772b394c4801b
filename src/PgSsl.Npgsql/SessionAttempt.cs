using System.Data;
using Npgsql;
using PgSsl.Probing;
using PgSsl.Server;

namespace PgSsl.Sql;

/// <summary>One attempt to open a session: one address, one transport, and no fallback by the driver.</summary>
internal sealed class SessionAttempt(SessionTarget target, Transport transport)
{
    private readonly ServerCheck _check = new(target, target.ProbeOver(transport));

    /// <summary>Makes the attempt. Errors are in the outcome.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<AttemptOutcome> OpenAsync(CancellationToken cancellationToken)
    {
        var diagnosis = new OpenDiagnosis(target, transport, _check);
        if (transport == Transport.Tls && target.Policy.TlsSetupFailure is { } setup)
            return await diagnosis.ExplainSetupAsync(setup, cancellationToken).ConfigureAwait(false);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(target.Request.Timeout);
        using var placeholder = ClientCertificatePlaceholder.WhereNeeded(transport);
        DriverConnection? driver = null;
        bool isLoggedIn = false;
        NpgsqlDataSource source = DataSources.Create(target, transport, _check, placeholder?.Path, BeforePassword);
        driver = new DriverConnection(source, target.Request.Host);
        using IDisposable watch = driver.WatchMessages();
        // While messages come faster than they are read, Npgsql neither returns nor looks at the token.
        using CancellationTokenRegistration end = deadline.Token.Register(driver.Abort);
        Task<NpgsqlConnection> opening = driver.OpenAsync(deadline.Token);
        try
        {
            // While it waits for the answer to the SSLRequest, Npgsql ignores the token.
            NpgsqlConnection connection = await opening.WaitAsync(deadline.Token).ConfigureAwait(false);
            isLoggedIn = true;
            if (transport == Transport.Tls)
                _check.DemandAfterHandshake();
            PeerRequirement.Check(target.Settings, target.Request.Host, driver.PeerUser);
            return new(await GreetAsync(source, connection, driver, deadline.Token).ConfigureAwait(false), null, false);
        }
        catch (Exception exception)
        {
            driver.Abort();
            _ = CloseAsync(opening, source);
            cancellationToken.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
                exception = new OperationCanceledException();
            // The role is in: a statement that is refused is no reason to send the password again, and in plaintext.
            if (isLoggedIn && driver.Violation is null && exception is PostgresException refused)
                return new(null, SqlFailures.RefusesSql(target.Settings, target.Request.Host, refused.SqlState, refused.MessageText), false);
            return await diagnosis.ExplainAsync(driver.Violation ?? exception, cancellationToken).ConfigureAwait(false);
        }

        void BeforePassword()
        {
            PeerRequirement.Check(target.Settings, target.Request.Host, driver!.PeerUser);
            driver.LimitIterations();
        }
    }

    /// <summary>
    /// Asks who we are, and gives the session its <see cref="StatementSettings"/>. Behind a pooler nothing is set, because it would stay in a
    /// connection that others get next: <see cref="NpgsqlSession"/> sets it in each transaction. A pooler is recognized because it invents the
    /// process id that it sends its clients.
    /// </summary>
    private async Task<NpgsqlSession> GreetAsync(
        NpgsqlDataSource source, NpgsqlConnection connection, DriverConnection driver, CancellationToken deadline)
    {
        // libpq's -c role=… or --role=…: then the caller wants another role than that of the login.
        bool keepsRole = target.Settings["options"]?.Contains("role", StringComparison.Ordinal) == true;
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText =
            "SELECT CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) $1::pg_catalog.int4 THEN " +
            StatementSettings.Expression(false, keepsRole, NpgsqlSession.ServerTimeout(target.Request)) +
            $" END AS set, {(keepsRole ? "current_user" : "session_user")}::pg_catalog.text AS role, " +
            "pg_catalog.current_database()::pg_catalog.text AS database, pg_catalog.current_setting('server_version_num') AS version";
        command.AllResultTypesAreUnknown = true;
        command.Parameters.Add(new NpgsqlParameter { Value = connection.ProcessID });
        using NpgsqlDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, deadline).ConfigureAwait(false);
        SqlRow row = (await new ResultReader(reader, target.Request.Host).ReadAsync(deadline).ConfigureAwait(false)).Only();
        return new NpgsqlSession(source, connection, driver, target.Request)
        {
            IsPooled = row["set"] is null,
            KeepsRole = keepsRole,
            UserName = row.Required("role"),
            Database = row.Required("database"),
            ServerVersion = new ServerVersion(row.GetInt32("version") ?? throw SqlRow.Missing("version")),
            Transport = target.TransportOf(transport),
        };
    }

    /// <summary>An attempt that was given up ends soon, because its socket is closed.</summary>
    private static async Task CloseAsync(Task<NpgsqlConnection> opening, NpgsqlDataSource source)
    {
        // Its error is known already.
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            await opening.Result.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }
}
