using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.SslModes;

/// <summary>
/// Applies a client's policy to what a server showed: which attempt succeeds, what is verified, and why. Pure: no I/O, no clock.
/// </summary>
internal sealed class SslModeEvaluator(ServerFacts facts, ClientPolicy policy, SslMode mode, DateTimeOffset at)
{
    private readonly List<ConnectionFacts> _used = [];

    /// <summary>Judges.</summary>
    public SslModeVerdict Evaluate()
    {
        if (policy.Refusal is { } refusal)
            return Failed(refusal);

        PgSslException? earlier = null;
        foreach (Transport attempt in policy.Attempts)
        {
            ConnectionFacts connection = (attempt == Transport.Tls ? facts.Tls : facts.Plaintext)
                ?? throw new InvalidOperationException($"The mode needs a {attempt} connection, and none was made.");
            _used.Add(connection);
            Outcome outcome = attempt == Transport.Tls ? TryTls(connection) : TryStartup(connection);
            if (outcome.Failure is null)
                return Connected(attempt, earlier);
            earlier = outcome.Failure;
            if (!outcome.NextAttemptFollows)
                break;
        }
        return Failed(earlier!);
    }

    private Outcome TryTls(ConnectionFacts connection)
    {
        if (connection.Failure?.Error == PgSslError.TlsNotOffered)
            return new(connection.Failure, policy.RetriesWhenTlsIsNotOffered);
        if (connection.Stage < ProbeStage.TlsAccepted)
            return Broken(connection);
        if (policy.TlsSetupFailure is { } setup)
            return new(setup, policy.RetriesAfterTlsFailure);
        if (connection.Tls is not { } tls)
            return new(connection.Failure!, policy.RetriesAfterTlsFailure && !connection.TimedOut);
        if (policy.UsesPlatformTls && connection.PlatformFailure is { } lacking)
            return new(lacking, policy.RetriesAfterTlsFailure);
        if (TlsVersions.FromName(tls.Protocol) < TlsVersion.Tls12)
            return new(SslModeReasons.Deprecated(tls.Protocol), policy.RetriesAfterTlsFailure);
        if (Verify(policy, tls.Chain, facts, at) is { } untrusted)
            return new(untrusted, policy.RetriesAfterTlsFailure);
        if (tls.FiniteFieldBits < policy.LeastFiniteFieldBits)
            return new(SslModeReasons.WeakGroup(tls.FiniteFieldBits.Value, policy.LeastFiniteFieldBits), policy.RetriesAfterTlsFailure);
        return TryStartup(connection);
    }

    private Outcome TryStartup(ConnectionFacts connection) => connection.Answer switch
    {
        null => Broken(connection),
        StartupAnswer.Refused refused => new(
            SslModeReasons.Rejected(refused, connection),
            policy.RetriesAfterRefusal(refused)),
        StartupAnswer.Admitted admitted => new(policy.ObjectsToAuthentication(admitted, connection), NextAttemptFollows: false),
        _ => throw new InvalidOperationException("A startup answer admits or refuses."),
    };

    private Outcome Broken(ConnectionFacts connection) =>
        new(connection.Failure!, connection.Stage >= ProbeStage.Connected && policy.RetriesAfterBreak(connection));

    /// <summary>Judges the server's certificates in a handshake; null if the client accepts them.</summary>
    /// <param name="policy">What the client verifies.</param>
    /// <param name="chain">The certificates in the order in which they are sent, the server's own first.</param>
    /// <param name="facts">The server; names are compared with its host.</param>
    /// <param name="at">The time of the verification.</param>
    internal static PgSslException? Verify(
        ClientPolicy policy, IReadOnlyList<X509Certificate2> chain, ServerFacts facts, DateTimeOffset at)
    {
        if (policy.Verification == Verification.None || policy.Trust is not { } trust)
            return null;
        ChainVerdict verdict = ChainVerifier.Verify(chain, trust, at, policy.Anchors);
        if (!verdict.IsValid)
            return SslModeReasons.Untrusted(verdict, facts);
        if (policy.Verification != Verification.ChainAndHost)
            return null;
        NameVerdict name = policy.VerifyName(chain[0], facts.Host.Host);
        return name.Matches ? null : SslModeReasons.NameMismatch(name, chain[0], facts.Host);
    }

    private SslModeVerdict Connected(Transport transport, PgSslException? earlier)
    {
        Verification verification = transport == Transport.Tls ? policy.Verification : Verification.None;
        // If an attacker makes TLS fail, the client must not fall back to plaintext, which the attacker can read.
        bool serverProven = (verification == Verification.ChainAndHost && !policy.Attempts.Contains(Transport.Plaintext))
            || policy.AuthenticationProvesServer;
        (string reason, string? remedy) = SslModeReasons.Connected(mode, policy, transport, earlier, facts);
        return new SslModeVerdict(transport, verification, transport == Transport.Tls && serverProven, reason, remedy, null, _used);
    }

    private SslModeVerdict Failed(PgSslException failure) =>
        new(
            null,
            policy.Attempts.Contains(Transport.Tls) ? policy.Verification : Verification.None,
            false,
            failure.Message,
            failure.Remedy,
            failure,
            _used);

    private readonly record struct Outcome(PgSslException? Failure, bool NextAttemptFollows);
}
