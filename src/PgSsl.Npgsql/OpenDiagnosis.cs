using System.Net.Sockets;
using Npgsql;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.SslModes;
using PgSsl.Wire;

namespace PgSsl.Sql;

/// <summary>
/// Says why a session could not be opened. What Npgsql's exceptions do not tell (they have texts, and no codes) a probe of the same
/// server finds out, so that both give the same error for the same cause.
/// </summary>
internal sealed class OpenDiagnosis(SessionTarget target, Transport transport, ServerCheck check)
{
    // After a timeout: enough for a server that says something that Npgsql waits on.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Explains an attempt that cannot be made, because of a file: libpq reads the files once the server has agreed to TLS, and where
    /// it does not come to that, that is what to know.
    /// </summary>
    public async Task<AttemptOutcome> ExplainSetupAsync(PgSslException setup, CancellationToken cancellationToken)
    {
        ProbeRequest request = target.ProbeOver(transport) with { UserName = null };
        ConnectionFacts facts = await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        return facts is { Failure: { } failure, Stage: < ProbeStage.TlsAccepted }
            ? new(null, failure, NextAttemptFollows(failure.Error))
            : new(null, setup, target.Policy.RetriesAfterTlsFailure);
    }

    /// <summary>Explains an exception that ended an attempt.</summary>
    public async Task<AttemptOutcome> ExplainAsync(Exception exception, CancellationToken cancellationToken)
    {
        if (check.Failure is { } untrusted)
            return new(null, untrusted, target.Policy.RetriesAfterTlsFailure);
        // Ours, thrown in a callback.
        if (Find<PgSslException>(exception) is { } own)
            return new(null, own, false);
        if (Find<PostgresException>(exception) is { } refusal)
            return Refused(refusal);
        if (exception is OperationCanceledException || Find<TimeoutException>(exception) is not null)
            return await ExplainTimeoutAsync(cancellationToken).ConfigureAwait(false);
        // Only of connecting itself: what breaks later is an IOException.
        if (exception is NpgsqlException { InnerException: SocketException socket })
            return Explain(socket, ProbeStage.None);
        return await ProbeAsync(exception, cancellationToken).ConfigureAwait(false);
    }

    private AttemptOutcome Refused(PostgresException exception)
    {
        string message = WireText.Clean(target.Password.Mask(exception.MessageText));
        var refused = new StartupAnswer.Refused(exception.InvariantSeverity, exception.SqlState, message);
        PgSslException failure = SqlFailures.Refused(refused, target.Settings, target.TransportOf(transport), target.Password);
        return new(null, failure, target.Policy.RetriesAfterRefusal(refused));
    }

    /// <summary>Npgsql waits in silence also for servers that are none, and that a probe knows at once.</summary>
    private async Task<AttemptOutcome> ExplainTimeoutAsync(CancellationToken cancellationToken)
    {
        ProbeRequest request = target.ProbeOver(transport) with { Timeout = SecondLook };
        ConnectionFacts facts = await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        return facts.Failure is { Error: not PgSslError.ConnectionTimedOut } failure
            ? new(null, failure, false)
            : Explain(new OperationCanceledException(), facts.Failure is null ? ProbeStage.TransportReady : facts.Stage);
    }

    private AttemptOutcome Explain(Exception cause, ProbeStage stage) =>
        new(null, ProbeFailures.Explain(cause, new ConnectionFacts(target.ProbeOver(transport), stage)), false);

    private async Task<AttemptOutcome> ProbeAsync(Exception exception, CancellationToken cancellationToken)
    {
        ConnectionFacts facts = await ServerProbe.ConnectAsync(target.ProbeOver(transport), cancellationToken).ConfigureAwait(false);
        if (facts.Failure is { } failure)
            return new(null, failure, NextAttemptFollows(failure.Error));
        if (facts.Answer is StartupAnswer.Admitted admitted && ObjectionTo(admitted, facts) is { } objection)
            return new(null, objection, false);
        return new(
            null,
            new PgSslException(
                PgSslError.ProtocolViolation,
                $"The session with {target.Request.Host} could not be opened: {target.Password.Mask(Innermost(exception))}.",
                "The server's log has its side."),
            false);
    }

    private PgSslException? ObjectionTo(StartupAnswer.Admitted admitted, ConnectionFacts facts) =>
        AuthenticationDemands.From(target.Settings)(admitted, facts)
        ?? (admitted.Method is "none" or "password" or "md5" or "gss" or "sspi" or "scram-sha-256" ? null : SqlFailures.Unacceptable(
            $"The server asks for authentication by \"{admitted.Method}\", which PgSsl cannot do.",
            "Have pg_hba.conf ask this role for scram-sha-256, or for a client certificate."));

    private bool NextAttemptFollows(PgSslError error) => error switch
    {
        PgSslError.TlsNotOffered => target.Policy.RetriesWhenTlsIsNotOffered,
        PgSslError.TlsHandshakeFailed or PgSslError.DirectTlsNotSupported => target.Policy.RetriesAfterTlsFailure,
        _ => false,
    };

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return WireText.Clean(exception.Message).TrimEnd('.');
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        while (exception is not null and not T)
            exception = exception.InnerException;
        return (T?)exception;
    }
}
