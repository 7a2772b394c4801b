using System.Security;
using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// Opens a session with the first host that libpq would choose: it tries hosts in turn, or at random (load_balance_hosts), until one is as
/// target_session_attrs demands (fe-connect.c, PQconnectPoll, CONNECTION_CHECK_TARGET).
/// </summary>
internal static class ServerSessions
{
    // What the session began with: by now it is set otherwise, so that our statements run.
    private const string KindQuery =
        "SELECT pg_is_in_recovery() AS standby, reset_val AS read_only FROM pg_settings WHERE name = 'default_transaction_read_only'";

    /// <summary>
    /// Opens the session. It tries the next host if there was no connection, or if the server accepts none yet. A server that refuses the role
    /// ends the search, as it does for libpq.
    /// </summary>
    /// <param name="factory">The driver.</param>
    /// <param name="settings">What libpq would connect with.</param>
    /// <param name="password">See <see cref="SqlSessionRequest.Password"/>.</param>
    /// <param name="timeout">See <see cref="SqlSessionRequest"/>.</param>
    /// <param name="cancellationToken">Ends the attempt at once.</param>
    /// <exception cref="PgSslException">The error of the last host; NoSuitableServer if none was as demanded.</exception>
    public static async Task<IServerSession> OpenAsync(
        IServerSessionFactory factory, ConnectionSettings settings, SecureString? password, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        SqlSessionRequest[] requests =
            [.. settings.Hosts.Select(host => new SqlSessionRequest(settings, host, timeout) { Password = password })];
        if (settings["load_balance_hosts"] == "random")
            Random.Shared.Shuffle(requests);

        // prefer-standby: a standby if there is one, else any.
        string wanted = settings["target_session_attrs"] ?? "any";
        string[] rounds = wanted == "prefer-standby" ? ["standby", "any"] : [wanted];
        PgSslException? last = null;
        foreach ((string kind, SqlSessionRequest request) in rounds.SelectMany(kind => requests.Select(request => (kind, request))))
        {
            try
            {
                IServerSession session = await factory.OpenAsync(request, cancellationToken).ConfigureAwait(false);
                if (await IsOfKindAsync(session, kind, cancellationToken).ConfigureAwait(false))
                    return session;
                last = Unsuitable(request.Host, kind);
            }
            catch (PgSslException failure) when (NextHostFollows(failure.Error))
            {
                last = failure;
            }
        }
        throw last!;
    }

    private static bool NextHostFollows(PgSslError error) => error is PgSslError.HostNotFound or PgSslError.ConnectionRefused
        or PgSslError.ConnectionTimedOut or PgSslError.ConnectionFailed or PgSslError.ServerNotReady;

    /// <summary>Whether the session is as demanded; if not, or if that cannot be asked, it is closed.</summary>
    private static async Task<bool> IsOfKindAsync(IServerSession session, string kind, CancellationToken cancellationToken)
    {
        if (kind == "any")
            return true;
        bool isOfKind = false;
        try
        {
            SqlRow row = (await session.QueryAsync(KindQuery, null, cancellationToken).ConfigureAwait(false)).Only();
            bool standby = row.GetBoolean("standby") == true;
            bool readOnly = standby || row["read_only"] == "on";
            isOfKind = kind switch
            {
                "read-write" => !readOnly,
                "read-only" => readOnly,
                "primary" => !standby,
                _ => standby,
            };
            return isOfKind;
        }
        finally
        {
            if (!isOfKind)
                await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static PgSslException Unsuitable(ConnectionHost host, string kind) => new(
        PgSslError.NoSuitableServer,
        $"{host} is not as target_session_attrs={kind} demands.",
        "Name more hosts, or another target_session_attrs.");
}
