using System.Management.Automation;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that switches a server's TLS: by ALTER SYSTEM, in a server's file, or in a file without asking a server.</summary>
public abstract class SslSwitchCmdlet : SqlCmdlet
{
    private readonly EndpointInput _input = new();

    /// <summary>The server, asked through SQL: host, URI, connection string, socket directory, or output of this module.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <inheritdoc cref="EndpointCmdlet.InputObject"/>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>postgresql.conf, or a file that it includes, which is edited on this machine; without it, ALTER SYSTEM is used.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigurationPath { get; set; }

    /// <summary>Makes the change even if it locks somebody out.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With -WhatIf, returns what would be done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>How the server's TLS should be.</summary>
    /// <exception cref="PgSslException">A path does not belong to the file system.</exception>
    private protected abstract SslTarget CreateTarget();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Row = InputRow.Of(InputObject);
        if (Endpoint is null && ConfigurationPath is null)
            WriteFailure(
                new PgSslException(
                    PgSslError.InvalidParameterValue, "Neither a server nor a file is named.",
                    "Give -Endpoint for a server, or -ConfigurationPath for its postgresql.conf."),
                null);
        else if (Endpoint is null)
            Try(ConfigurationPath, () => Process(SslSwitch.PrepareFile(CreateTarget(), Resolve(ConfigurationPath!), DateTimeOffset.UtcNow), null));
        foreach (EndpointArgument argument in Counted([.. _input.Next(Endpoint, MyInvocation.ExpectingInput)]))
            Try(argument.Target, () => ProcessServer(argument));
    }

    /// <summary>A path of the server's. A relative one starts at the session's location.</summary>
    protected string? ServerPath(string? path) => string.IsNullOrEmpty(path) || path[0] == '/' ? path : Resolve(path);

    private protected override bool RefusesPoolers => true;

    private void ProcessServer(EndpointArgument argument)
    {
        BeginItem();
        using LiveServer live = Connect(argument);
        SslTarget target = CreateTarget();
        string? file = Resolve(ConfigurationPath);
        Process(Wait(token => SslSwitch.PrepareAsync(target, live, file, DateTimeOffset.UtcNow, token)), live);
    }

    private void Process(SslSwitch planned, LiveServer? live)
    {
        if (Run(planned, "Change the server's TLS?", Force, PassThru, new BackupTerms { Server = live?.OfBackups }) is { } change)
            WriteObject(change);
    }
}
