using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Tests.Probing;

namespace PgSsl.Tests.SslModes;

/// <summary>
/// Collects our verdicts on connections, then has psql make the same connections: each must end on the same transport, and one that
/// fails must fail for the same cause.
/// </summary>
internal sealed class PsqlAgreement(PsqlJudge judge, IReadOnlyDictionary<string, string> variables) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly ConnectionEnvironment _environment = new(variables, "/nonexistent", "nobody", "/");
    private readonly List<(string Conninfo, SslModeResult Ours)> _cases = [];
    private readonly Dictionary<IReadOnlyList<SslMode>, SslModeTester> _testers = [];

    /// <summary>Judges one server in these modes, by each of these settings of roots. What the server shows does not depend on roots.</summary>
    internal async Task AddAsync(string conninfo, IReadOnlyList<string> roots, IReadOnlyList<SslMode> modes)
    {
        if (!_testers.TryGetValue(modes, out SslModeTester? tester))
            _testers[modes] = tester = new SslModeTester(modes, _ => [SslClients.Get("libpq")], maxConnections: 2, tlsOnly: false);
        ServerFacts? facts = null;
        foreach (string root in roots)
        {
            PgEndpoint endpoint = PgEndpoint.Parse($"{conninfo} {root}");
            ConnectionSettings settings = endpoint.With("sslmode", "verify-full").Resolve(_environment);
            if (facts is null)
            {
                facts = await tester.GatherAsync(endpoint, settings, settings.Hosts[0], Timeout, TestContext.Current.CancellationToken);
                // What psql and we agree upon has been seen by one TLS client: the other one sees the same.
                if (facts.Tls is { PlatformFailure: null } seen)
                    await TlsStacks.AssertAgreesAsync(seen);
            }
            _cases.AddRange(tester.Judge(facts, settings).Select(result => ($"{conninfo} {root} sslmode={result.SslMode}", result)));
        }
    }

    public void Dispose()
    {
        foreach (SslModeTester tester in _testers.Values)
            tester.Dispose();
    }

    internal async Task AssertAsync(int atLeast)
    {
        Assert.True(_cases.Count >= atLeast, $"The matrix has shrunk to {_cases.Count} cases.");
        IReadOnlyList<PsqlOutcome> theirs = await judge.ConnectAsync(
            [.. _cases.Select(it => it.Conninfo)],
            variables.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));

        string[] disagreements =
        [
            .. _cases.Zip(theirs)
                .Where(pair => !Agree(pair.First.Ours, pair.Second))
                .Select(pair => $"{pair.First.Conninfo}\n  we:   {pair.First.Ours.Transport} ({pair.First.Ours.ErrorId}) {pair.First.Ours.Reason}\n" +
                    $"  psql: {pair.Second.Transport} {pair.Second.Message}"),
        ];
        Assert.True(
            disagreements.Length == 0,
            $"{disagreements.Length} of {_cases.Count} verdicts differ from psql's:\n" + string.Join('\n', disagreements.Take(5)));
    }

    private static bool Agree(SslModeResult ours, PsqlOutcome theirs) =>
        ours.Transport == theirs.Transport && (theirs.Connected || CauseOf(theirs, ours).Contains(ours.ErrorId!));

    /// <summary>The errors that a message of libpq's can stand for.</summary>
    private static string[] CauseOf(PsqlOutcome theirs, SslModeResult ours)
    {
        // prefer and allow report every attempt; ours names the last.
        string[] lines = theirs.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string message = ours.SslMode is "prefer" or "allow" ? lines[^1] : theirs.Message;
        return message switch
        {
            _ when message.Contains("certificate verify failed") => [nameof(PgSslError.UntrustedCertificate)],
            _ when message.Contains("does not match host name") || message.Contains("could not get server's host name") =>
                [nameof(PgSslError.HostNameMismatch)],
            _ when message.Contains("root certificate file") && message.Contains("does not exist") => [nameof(PgSslError.FileNotFound)],
            _ when message.Contains("could not read root certificate file") => [nameof(PgSslError.InvalidCertificateFile)],
            _ when message.Contains("server does not support SSL") => [nameof(PgSslError.TlsNotOffered)],
            _ when message.Contains("no pg_hba.conf entry") || message.Contains("requires a valid client certificate")
                || message.Contains("certificate authentication failed") => [nameof(PgSslError.ConnectionRejected)],
            _ when message.Contains("weak sslmode") => [nameof(PgSslError.ContradictoryParameters)],
            _ when message.Contains("not private key file") => [nameof(PgSslError.FileNotFound)],
            _ when message.Contains("private key file") && message.Contains("access") => [nameof(PgSslError.InvalidKeyFile)],
            _ when message.Contains("certificate does not match private key") || message.Contains("key values mismatch") =>
                [nameof(PgSslError.KeyMismatch)],
            _ when message.Contains("could not load private key file") => [nameof(PgSslError.InvalidKeyFile)],
            _ when message.Contains("could not read certificate file") => [nameof(PgSslError.InvalidCertificateFile)],
            _ when message.Contains("SSL certificate") || message.Contains("channel binding") || message.Contains("authentication method requirement")
                || message.Contains("did not complete authentication") => [nameof(PgSslError.UnacceptableAuthentication)],
            _ when message.Contains("could not set SSL Server Name Indication") || message.Contains("dh key too small") =>
                [nameof(PgSslError.TlsHandshakeFailed)],
            _ when message.Contains("SSL SYSCALL error") || message.Contains("without ALPN") =>
                [nameof(PgSslError.DirectTlsNotSupported), nameof(PgSslError.UnencryptedDataAfterSslResponse)],
            // The server's alert about our certificate: in the handshake under TLS 1.2, after it under TLS 1.3.
            _ when message.Contains("alert") || message.Contains("server closed the connection unexpectedly") || message.Contains("legacy sigalg") =>
                [nameof(PgSslError.TlsHandshakeFailed), nameof(PgSslError.ConnectionClosed)],
            _ => [message],
        };
    }
}
