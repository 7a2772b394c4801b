using System.Management.Automation;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Inspection;
using PgSsl.Probing;
using PgSsl.Served;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Cmdlets;

/// <summary>Gets how TLS is configured on servers, beside their files and what they really serve, with the problems.</summary>
[Cmdlet(VerbsCommon.Get, "PgSslConfiguration")]
[OutputType(typeof(SslConfiguration))]
public sealed class GetPgSslConfigurationCommand : ServerCmdlet
{
    private readonly ServerCertificateReader _reader = new();

    /// <summary>The role and its password for the SQL session; without it, those of the endpoint, the environment and the password file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Looks only at what is served. It tries no session, so no failed log-in appears in a log.</summary>
    [Parameter]
    public SwitchParameter WireOnly { get; set; }

    /// <inheritdoc/>
    private protected override void Start(ServerTarget server)
    {
        base.Start(server with { Credential = Credential });
    }

    /// <inheritdoc/>
    private protected override async Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        (SslConfigurationFacts facts, ServerTarget atTcp) = await AskAsync(server, cancellationToken).ConfigureAwait(false);
        facts = await ObserveAsync(atTcp, facts, cancellationToken).ConfigureAwait(false);
        SslConfiguration configuration = SslConfiguration.Of(server.Endpoint, server.Host, facts);
        await PostAsync(() => WriteObject(configuration), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the server says, and where it serves TLS: that is not a Unix-domain socket over which it was reached.</summary>
    private async Task<(SslConfigurationFacts Facts, ServerTarget AtTcp)> AskAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        if (WireOnly)
            return (new SslConfigurationFacts(), server);
        try
        {
            // All servers of a list are of interest, whatever target_session_attrs the endpoint asks for.
            PgEndpoint endpoint = server.Endpoint.With("target_session_attrs", "any");
            IServerSession session =
                await SqlSessions.OpenAsync(endpoint, Environment, server.Credential, server.Timeout, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                LiveServer live = await LiveServer.OfAsync(session, server.Settings, server.Timeout, cancellationToken).ConfigureAwait(false) with
                {
                    Reopen = again => SqlSessions.OpenAgainAsync(session.Host, endpoint, Environment, server.Credential, server.Timeout, again),
                };
                SslConfigurationFacts facts = await SslConfigurationReader.ReadAsync(live, cancellationToken).ConfigureAwait(false);
                ConnectionHost? host = server.Host.IsUnixSocket ? await FindListeningAsync(live, cancellationToken).ConfigureAwait(false) : null;
                return (facts, host is null ? server : server with { Host = host, Endpoint = server.Endpoint.At(host) });
            }
        }
        catch (PgSslException failure) when (server.Credential is null && ConcernsRole(failure.Error))
        {
            // Even without credentials the wire can be looked at.
            return (new SslConfigurationFacts { SqlFailure = failure }, server);
        }
    }

    private async Task<SslConfigurationFacts> ObserveAsync(ServerTarget server, SslConfigurationFacts facts, CancellationToken cancellationToken)
    {
        try
        {
            ProbeRequest request = ProbeRequest.ForTls(server.Settings, server.Host, server.Timeout);
            ServerCertificate served =
                await _reader.ReadAsync(server.Endpoint, server.Candidates, request, cancellationToken).ConfigureAwait(false);
            return facts with { Served = served };
        }
        // If the session said something, that is shown even if the wire fails. Without either there is nothing to show.
        catch (PgSslException failure) when (facts.Sql is not null || failure.Error == PgSslError.TlsNotOffered)
        {
            return facts with { WireFailure = failure };
        }
    }

    private static async Task<ConnectionHost?> FindListeningAsync(LiveServer live, CancellationToken cancellationToken)
    {
        foreach (ServerRoute route in live.Routes)
            if ((await live.ProbeTlsAsync(route, cancellationToken).ConfigureAwait(false)).Stage != ProbeStage.None)
                return route.Host;
        return null;
    }

    private static bool ConcernsRole(PgSslError error) => error is PgSslError.PasswordRequired or PgSslError.AuthenticationFailed
        or PgSslError.ConnectionRejected or PgSslError.InsecurePassword or PgSslError.InsufficientPrivilege or PgSslError.UnacceptableAuthentication
        or PgSslError.TlsNotOffered or PgSslError.UntrustedCertificate or PgSslError.HostNameMismatch;
}
