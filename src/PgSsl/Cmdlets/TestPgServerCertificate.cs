using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Deployment;
using PgSsl.Hosting;
using PgSsl.Probing;
using PgSsl.Requirements;
using PgSsl.Server.Live;

namespace PgSsl.Cmdlets;

/// <summary>Says, requirement by requirement, whether a server loads a certificate and its key, and whether clients accept it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PgServerCertificate")]
[OutputType(typeof(ServerCertificateRequirement), typeof(bool))]
public sealed class TestPgServerCertificateCommand : ServerCertificateCmdlet
{
    private (string? Certificate, string? Key, EndpointArgument[]? Endpoint) _typed;

    /// <summary>The file of the certificate and its intermediates; without it, the server's own (-Endpoint).</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SslCertFile", "PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The file of its key.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("SslKeyFile")]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>What came through the pipeline: the server that Get-PgSslConfiguration looked at.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Returns only whether the server and clients would accept them, and -MinimumDays, if it is given, is met: true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _typed = (CertificatePath, KeyPath, Endpoint);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var piped = new PipelineObject(InputObject);
        // The files of a state are those of the server that it names, which may be on another machine, and may have been moved since.
        if (piped.IsServerState)
        {
            (CertificatePath, KeyPath) = (_typed.Certificate, _typed.Key);
            Endpoint = _typed.Endpoint ?? [EndpointTransformationAttribute.Convert(piped)];
        }
        Try(CertificatePath ?? Target, () =>
        {
            using var passphrase = Secret.Read(KeyPassphrase, nameof(KeyPassphrase));
            Write(ServerCertificateCheck.Judge(Gather(passphrase.Characters)));
        });
        Endpoint = _typed.Endpoint;
    }

    private void Write(IReadOnlyList<ServerCertificateRequirement> requirements)
    {
        // The 30 days of the default are advice; a number that somebody gives is a demand.
        bool asksForDays = MyInvocation.BoundParameters.ContainsKey(nameof(MinimumDays));
        if (Quiet)
            WriteObject(!requirements.Any(requirement => requirement.IsViolated || (asksForDays && requirement.IsUnmet(Requirement.MinimumDays))));
        else
            WriteObject(requirements, enumerateCollection: true);
    }

    private ServerCertificateFacts Gather(char[]? passphrase)
    {
        if (CertificatePath is null && KeyPath is null && Endpoint is not null)
            return ReadServer(passphrase);
        if (CertificatePath is null || KeyPath is null)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                CertificatePath is null && KeyPath is null ? "Neither files nor a server are named." : "One of the two files is not named.",
                "Give -CertificatePath and -KeyPath, or -Endpoint for those that a server on this machine has.");
        ServerConditions server = ServerConditions.Unknown;
        X509Certificate2? served = null;
        if (Endpoint is not null)
            (server, served) = AskServer();
        return Complete(ServerCertificateFacts.Read(Resolve(CertificatePath), Resolve(KeyPath), passphrase)) with
        {
            Server = Complete(server),
            Served = served,
        };
    }

    /// <summary>The files that a server names in SQL.</summary>
    private ServerCertificateFacts ReadServer(char[]? passphrase)
    {
        using LiveServer live = Connect(Endpoint![0]);
        DeploymentTarget target = DeploymentTarget.Of(ReadTls(live), live.FilesAreHere, null, null);
        return Complete(ServerCertificateFacts.Read(target.CertificatePath, target.KeyPath, passphrase)) with
        {
            Server = Complete(target.Server),
            Served = LookAt(live),
        };
    }

    /// <summary>What the server tells in SQL, if it lets this role in; and what it serves, which needs no role.</summary>
    private (ServerConditions Server, X509Certificate2? Served) AskServer()
    {
        try
        {
            using LiveServer live = Connect(Endpoint![0]);
            return (ServerConditions.Of(ReadTls(live), live.FilesAreHere), LookAt(live));
        }
        catch (PgSslException failure)
        {
            string told = $"There is no SQL session, so only what the server serves is used: {failure.Message}";
            // A pooler, or several servers: another one may be judged than was meant.
            if (failure.Error == PgSslError.ContradictoryParameters)
                WriteWarning(told);
            else
                WriteVerbose(told);
        }
        (ConnectionSettings settings, TimeSpan timeout) = ResolveEndpoint();
        ConnectionFacts seen = Wait(token => ServerProbe.ConnectAsync(ProbeRequest.ForTls(settings, settings.Hosts[0], timeout), token));
        if (seen is { Tls: null, Failure: { Error: not PgSslError.TlsNotOffered } unreachable })
            throw unreachable;
        return (ServerConditions.Unknown, seen.Tls?.Chain[0]);
    }

    private X509Certificate2? LookAt(LiveServer live) =>
        Wait(new ServedCertificates(live).ObserveAsync).Select(seen => seen.Facts.Tls?.Chain[0]).FirstOrDefault(leaf => leaf is not null);
}
