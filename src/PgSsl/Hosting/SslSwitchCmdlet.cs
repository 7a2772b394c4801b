using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Changes;
using PgSsl.Switching;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that switches a server's TLS: by ALTER SYSTEM, in a file of a server, or in a file alone.</summary>
public abstract class SslSwitchCmdlet : SqlCmdlet
{
    private const string Caption = "Change the server's TLS?";

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
    private protected abstract SslTarget Target { get; }

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
            Try(ConfigurationPath, () => Process(SslSwitch.PrepareFile(Target, ResolveFilePath(ConfigurationPath!), DateTimeOffset.UtcNow)));
        foreach (EndpointArgument argument in Endpoint ?? [])
            Try(argument.Target, () => ProcessServer(argument));
    }

    /// <summary>A path of the server's: absolute as it is, else from where the session is.</summary>
    protected string? ServerPath(string? path) => string.IsNullOrEmpty(path) || path[0] == '/' ? path : ResolveFilePath(path);

    private void ProcessServer(EndpointArgument argument) => WithServer(argument, live =>
    {
        SslTarget target = Target;
        string? file = ConfigurationPath is null ? null : ResolveFilePath(ConfigurationPath);
        Process(Wait(token => SslSwitch.PrepareAsync(target, live, file, DateTimeOffset.UtcNow, token)));
    });

    private void Process(SslSwitch planned)
    {
        foreach (string note in planned.Notes)
            WriteWarning(note);
        if (planned.Change.IsNoChange)
        {
            WriteVerbose($"{planned.Endpoint ?? planned.Change.Path}: nothing to change.");
            // Whether the server is as it should be is looked at all the same; that asks nobody.
            if (!IsWhatIf)
                WriteObject(Wait(planned.ApplyAsync));
            return;
        }
        // Who only asks what would happen sees the change, and why it would not be made.
        if (!Force && planned.LockOuts.Count > 0)
        {
            if (IsWhatIf)
                ShouldProcess(planned.Text, planned.Text, Caption);
            throw new PgSslException(
                PgSslError.LockOut,
                $"TLS of {planned.Endpoint} stays on, because switching it off would lock out: {string.Join("; ", planned.LockOuts)}.",
                "Change these first (Set-PgHbaSsl -Allow, sslmode of the clients), or use -Force.");
        }
        if (!ShouldProcess(planned.Text, planned.Text, Caption))
            return;
        SslConfigurationChange change = Wait(planned.ApplyAsync);
        if (change.PlaintextSessions > 0)
            WriteWarning(planned.PlaintextRemain);
        foreach (string file in planned.Change.WrittenInPlace)
            WriteWarning($"{file} is mounted by itself, and was written in place: its backup is the only way back if the machine had died in between.");
        foreach (string backup in change.Backup)
            WriteVerbose($"The old content is kept in {backup}.");
        foreach (Proof proof in change.Proofs)
            WriteVerbose(proof.ToString());
        WriteObject(change);
    }

    private void Try(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (PgSslException failure)
        {
            WriteFailure(failure, target);
        }
    }
}
