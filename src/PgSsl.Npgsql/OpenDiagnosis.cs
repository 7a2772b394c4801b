using System.Net.Sockets;
using Npgsql;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.SslModes;
using PgSsl.Wire;

namespace PgSsl.Sql;

/// <summary>
/// Says why a session could not be opened. Npgsql's exceptions have texts, but no codes; so a probe of the same server finds out the cause, and both
/// give the same error for the same cause.
/// </summary>
internal sealed class OpenDiagnosis(SessionTarget target, Transport transport, ServerCheck check)
{
    // After a timeout this is enough for a server that has answered, but not what Npgsql expects.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Explains an attempt that cannot be made because of a file. libpq reads the files after the server has agreed to TLS; if the server
    /// does not agree, that is the error.
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
        // An exception of ours, thrown in a callback.
        if (Find<PgSslException>(exception) is { } own)
            return new(null, own, false);
        if (Find<PostgresException>(exception) is { } refusal)
            return Refused(refusal);
        if (exception is OperationCanceledException || Find<TimeoutException>(exception) is not null)
            return await ExplainTimeoutAsync(cancellationToken).ConfigureAwait(false);
        // It comes only from connecting itself: later failures are IOExceptions.
        if (exception is NpgsqlException { InnerException: SocketException socket })
            return Explain(socket, ProbeStage.None);
        return await ProbeAsync(exception, cancellationToken).ConfigureAwait(false);
    }

    private AttemptOutcome Refused(PostgresException exception)
    {
        string message = WireText.Shorten(target.Password.Mask(exception.MessageText));
        var refused = new StartupAnswer.Refused(exception.InvariantSeverity, exception.SqlState, message);
        PgSslException failure = SqlFailures.Refused(refused, target.Settings, target.TransportOf(transport), target.Password);
        // invalid_authorization_specification: without a certificate, too.
        if (exception.SqlState == "28000" && transport == Transport.Tls && target.Identity.Certificate?.PlatformFailure is { } lacking)
            failure = new(failure.Error, $"{failure.Message} {lacking.Message}", lacking.Remedy);
        return new(null, failure, target.Policy.RetriesAfterRefusal(refused));
    }

    /// <summary>Npgsql also waits for programs that are not PostgreSQL, which a probe detects at once.</summary>
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
                "The server's log may have the reason."),
            false);
    }

    private PgSslException? ObjectionTo(StartupAnswer.Admitted admitted, ConnectionFacts facts) =>
        AuthenticationDemands.From(target.Settings)(admitted, facts)
        ?? (admitted.Method is "none" or "password" or "md5" or "gss" or "sspi" or "scram-sha-256" ? null : SqlFailures.Unacceptable(
            $"The server asks for authentication with \"{admitted.Method}\", which PgSsl does not support.",
            "Let pg_hba.conf ask this role for scram-sha-256, or for a client certificate."));

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
        return WireText.Shorten(exception.Message).TrimEnd('.');
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        while (exception is not null and not T)
            exception = exception.InnerException;
        return (T?)exception;
    }
}
