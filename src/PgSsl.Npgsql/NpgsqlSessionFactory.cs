using System.Net;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;

namespace PgSsl.Sql;

/// <summary>
/// Opens sessions with Npgsql by libpq's rules: this class chooses the address, the transport and the password, and Core verifies the server. Npgsql
/// does what does not differ: the protocol.
/// </summary>
internal sealed class NpgsqlSessionFactory : IServerSessionFactory
{
    private static readonly LibpqClient Libpq = new();

    /// <inheritdoc/>
    public async Task<IServerSession> OpenAsync(SqlSessionRequest request, CancellationToken cancellationToken)
    {
        SessionSupport.Check(request.Settings);
        var password = SessionPassword.Find(request.Settings, request.Host, request.Password);
        ClientIdentity identity = ClientIdentity.Load(request.Settings);
        var trust = new TrustStoreCache();

        IReadOnlyList<IPAddress?> addresses = request.Host.IsUnixSocket
            ? [null]
            : [.. await ServerProbe.ResolveAsync(request.Host, request.Timeout, cancellationToken).ConfigureAwait(false)];
        for (int i = 0; ; i++)
        {
            SslMode mode = PlaintextRule.Decide(
                request.Settings.SslMode, request.Host, addresses[i], password.Exists, request.AllowPlaintextPassword);
            ClientPolicy policy = Libpq.PolicyFor(mode, request.Host, request.Settings, trust, identity);
            var target = new SessionTarget(request, addresses[i], password, identity, policy);
            try
            {
                return await OpenAsync(target, cancellationToken).ConfigureAwait(false);
            }
            catch (PgSslException failure) when (i < addresses.Count - 1 && failure.Error is
                PgSslError.ConnectionRefused or PgSslError.ConnectionTimedOut or PgSslError.ConnectionFailed)
            {
                // As in libpq, the next address of the name may answer.
            }
        }
    }

    /// <summary>Tries the transports of the policy in turn, and the next one if libpq would.</summary>
    private static async Task<IServerSession> OpenAsync(SessionTarget target, CancellationToken cancellationToken)
    {
        ClientPolicy policy = target.Policy;
        if (policy.Refusal is { } refusal)
            throw refusal;
        PgSslException? last = null;
        foreach (Transport transport in policy.Attempts)
        {
            AttemptOutcome outcome = await new SessionAttempt(target, transport).OpenAsync(cancellationToken).ConfigureAwait(false);
            if (outcome.Session is { } session)
                return session;
            if (!SaysLess(outcome.Failure!, last))
                last = outcome.Failure;
            if (!outcome.NextAttemptFollows)
                break;
        }
        throw last!;
    }

    /// <summary>
    /// libpq shows the errors of all attempts. Here the more important one is shown: a wrong password, and not that plaintext is refused
    /// as well; with allow, why plaintext was refused, and not that there is no TLS.
    /// </summary>
    private static bool SaysLess(PgSslException failure, PgSslException? earlier) =>
        earlier is { Error: PgSslError.AuthenticationFailed } || (earlier is not null && failure.Error == PgSslError.TlsNotOffered);
}
