using System.Management.Automation;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Inspection;
using PgSsl.Probing;
using PgSsl.Served;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Cmdlets;

/// <summary>Gets how TLS is set up on servers, beside what is in their files and what they really serve, and what is the matter with it.</summary>
[Cmdlet(VerbsCommon.Get, "PgSslConfiguration")]
[OutputType(typeof(SslConfiguration))]
public sealed class GetPgSslConfigurationCommand : ServerCmdlet
{
    private readonly ServerCertificateReader _reader = new();

    /// <summary>The role and its password for the SQL session; without it, those of the endpoint, PGUSER, PGPASSWORD and the password file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Looks only at what is served: no session is tried, so that no failed log-in comes into anybody's log.</summary>
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

    /// <summary>What the server says, and where it serves TLS: one that was reached over a Unix-domain socket does it elsewhere.</summary>
    private async Task<(SslConfigurationFacts Facts, ServerTarget AtTcp)> AskAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        if (WireOnly)
            return (new SslConfigurationFacts(), server);
        try
        {
            // Each server of a list is looked at, whatever its kind.
            IServerSession session = await SqlSessions.OpenAsync(
                server.Endpoint.With("target_session_attrs", "any"), Environment, server.Credential, server.Timeout, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                LiveServer live = await LiveServer.OfAsync(session, server.Settings, server.Timeout, cancellationToken).ConfigureAwait(false);
                SslConfigurationFacts facts = await SslConfigurationReader.ReadAsync(live, cancellationToken).ConfigureAwait(false);
                ConnectionHost? host = server.Host.IsUnixSocket ? await FindListeningAsync(live, cancellationToken).ConfigureAwait(false) : null;
                return (facts, host is null ? server : server with { Host = host, Endpoint = server.Endpoint.At(host) });
            }
        }
        catch (PgSslException failure) when (server.Credential is null && IsAboutTheRole(failure.Error))
        {
            // Without credentials there is still the wire.
            return (new SslConfigurationFacts { SqlFailure = failure }, server);
        }
    }

    private async Task<SslConfigurationFacts> ObserveAsync(ServerTarget server, SslConfigurationFacts facts, CancellationToken cancellationToken)
    {
        try
        {
            ServerCertificate served = await _reader.ReadAsync(
                server.Endpoint, server.Candidates, ProbeRequest.ForTls(server.Settings, server.Host, server.Timeout), cancellationToken).ConfigureAwait(false);
            return facts with { Served = served };
        }
        // What was said in the session is worth showing, whatever became of the wire; without either there is nothing to show.
        catch (PgSslException failure) when (facts.Sql is not null || failure.Error == PgSslError.TlsNotOffered)
        {
            return facts with { WireFailure = failure };
        }
    }

    private static async Task<ConnectionHost?> FindListeningAsync(LiveServer live, CancellationToken cancellationToken)
    {
        foreach (ServerRoute way in live.Routes)
            if ((await live.ProbeTlsAsync(way, cancellationToken).ConfigureAwait(false)).Stage != ProbeStage.None)
                return way.Host;
        return null;
    }

    private static bool IsAboutTheRole(PgSslError error) => error is PgSslError.PasswordRequired or PgSslError.AuthenticationFailed
        or PgSslError.ConnectionRejected or PgSslError.InsecurePassword or PgSslError.InsufficientPrivilege or PgSslError.UnacceptableAuthentication
        or PgSslError.TlsNotOffered or PgSslError.UntrustedCertificate or PgSslError.HostNameMismatch;
}
