using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that switches a server's TLS: by ALTER SYSTEM, in a file of a server, or in a file alone.</summary>
public abstract class SslSwitchCmdlet : SqlCmdlet
{
    /// <summary>The server, asked through SQL: host, URI, connection string, socket directory, or output of this module.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>postgresql.conf, or a file that it includes, to be edited on this machine; without it, ALTER SYSTEM is how it is done.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigurationPath { get; set; }

    /// <summary>Makes the change even where somebody is locked out.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What the server's TLS is to be like.</summary>
    /// <exception cref="PgSslException">A path is none.</exception>
    private protected abstract SslTarget CreateTarget();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Endpoint is null && ConfigurationPath is null)
            WriteFailure(
                new PgSslException(
                    PgSslError.InvalidParameterValue, "Neither a server nor a file is named.",
                    "Give -Endpoint for a server, or -ConfigurationPath for its postgresql.conf."),
                null);
        else if (Endpoint is null)
            Try(ConfigurationPath, () => Process(SslSwitch.PrepareFile(CreateTarget(), Resolve(ConfigurationPath!), DateTimeOffset.UtcNow)));
        foreach (EndpointArgument argument in Endpoint ?? [])
            Try(argument.Target, () => ProcessServer(argument));
    }

    /// <summary>A path of the server's: absolute as it is, else from where the session is.</summary>
    protected string? ServerPath(string? path) => string.IsNullOrEmpty(path) || path[0] == '/' ? path : Resolve(path);

    private void ProcessServer(EndpointArgument argument)
    {
        using LiveServer live = Connect(argument);
        SslTarget target = CreateTarget();
        string? file = Resolve(ConfigurationPath);
        Process(Wait(token => SslSwitch.PrepareAsync(target, live, file, DateTimeOffset.UtcNow, token)));
    }

    private void Process(SslSwitch planned)
    {
        if (Run(planned, "Change the server's TLS?", Force) is { } change)
            WriteObject(change);
    }
}
