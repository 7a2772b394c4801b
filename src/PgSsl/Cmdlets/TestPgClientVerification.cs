using System.Globalization;
using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Hosting;
using PgSsl.Impostors;
using Mode = PgSsl.Connections.SslMode;

namespace PgSsl.Cmdlets;

/// <summary>Has a client connect to impostors of a PostgreSQL server, and tells what that client really verifies.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PgClientVerification", DefaultParameterSetName = ScriptBlockSet)]
[OutputType(typeof(ClientVerification), typeof(bool))]
public sealed class TestPgClientVerificationCommand : PgCmdlet
{
    private const string ScriptBlockSet = "ScriptBlock";
    private const string CommandSet = "Command";
    private const string WaitSet = "Wait";
    private const int DefaultTimeoutSec = 10;
    private const int DefaultWaitSec = 300;

    /// <summary>What connects, once for each impostor: <c>{ psql $PgConnection -c 'select 1' }</c>.</summary>
    [Parameter(Position = 0, ParameterSetName = ScriptBlockSet)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>A program that connects, and its arguments. It gets the address in the environment variables of libpq.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CommandSet)]
    [ValidateNotNullOrEmpty]
    public string[] Command { get; set; } = [];

    /// <summary>Shows the address, and waits until a client comes by itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WaitSet)]
    public SwitchParameter Wait { get; set; }

    /// <summary>The impostors to play; all of them by default. The genuine server is always played first.</summary>
    [Parameter]
    [ImpostorTransformation]
    [ArgumentCompleter(typeof(ImpostorCompleter))]
    public string[] Impostor { get; set; } = ImpostorWords.Names;

    /// <summary>The name by which the client knows the server; its certificates are for localhost as well.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = ImpostorPlace.LocalHost;

    /// <summary>The sslmode in the strings for the client; none by default, so that the client's own shows.</summary>
    [Parameter]
    [SslModeTransformation]
    [ArgumentCompleter(typeof(SslModeCompleter))]
    public string? SslMode { get; set; }

    /// <summary>The port of localhost; a free one by default.</summary>
    [Parameter]
    [PortTransformation]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>How long each impostor is played at most, in seconds.</summary>
    [Parameter]
    [Alias("TimeoutSeconds", "Timeout")]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; }

    /// <summary>Returns one bool instead of objects: true if the genuine server was accepted, and no impostor was.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSec > 0 ? TimeoutSec : Wait ? DefaultWaitSec : DefaultTimeoutSec);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == ScriptBlockSet && ScriptBlock is null)
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters,
                    "Nothing is named that would connect.",
                    "Give a script block, such as { psql $PgConnection -c 'select 1' }; or -Command, or -Wait."),
                null);
        IReadOnlyList<ClientVerification> results = [];
        TryOrThrow(HostName, () => results = Test());
        if (Quiet)
            WriteObject(results.All(result => result.IsRight));
        else
            WriteObject(results, enumerateCollection: true);
    }

    private IReadOnlyList<ClientVerification> Test()
    {
        Mode? mode = SslModeText.TryParse(SslMode ?? "", out Mode asked) ? asked : null;
        // Whoever else is on this machine could connect as well, and spoil the result; an application that is waited for may run as another account.
        uint? account = Wait || OperatingSystem.IsWindows() ? null : UnixAccount.EffectiveUserId;
        ImpostorRun run = ImpostorRun.Open(HostName, Port, mode, account, TlsServers.Get(), DateTimeOffset.UtcNow);
        var progress = new WorkProgress("Testing the client", "impostors");
        try
        {
            if (Wait)
                WriteInformation(new HostInformationMessage { Message = run.Address.Describe() }, ["PSHOST"]);
            Impostor[] impostors = [.. Impostors.Impostor.All.Where(impostor => impostor.IsGenuine || Impostor.Contains(impostor.Kind.ToString()))];
            for (int i = 0; i < impostors.Length; i++)
            {
                if (Host.UI?.SupportsVirtualTerminal == true && progress.Now(i, impostors.Length, isAll: true) is { } shown)
                    WriteProgress(shown);
                run.Begin(impostors[i], Timeout);
                Connect(run, $"{impostors[i].Kind} ({(i + 1).ToString(CultureInfo.InvariantCulture)} of {impostors.Length})");
                ClientAttempt attempt = base.Wait(run.EndAsync);
                WriteVerbose($"{impostors[i].Kind}: {attempt.Connections.Count} connection(s).");
            }
            return run.Judge();
        }
        finally
        {
            if (progress.End() is { } end)
                WriteProgress(end);
            Task.Run(() => run.DisposeAsync().AsTask()).GetAwaiter().GetResult();
        }
    }

    private void Connect(ImpostorRun run, string title)
    {
        if (Wait)
        {
            WriteInformation(new HostInformationMessage { Message = $"Waiting for the client: {title}" }, ["PSHOST"]);
            base.Wait(async cancellationToken =>
            {
                await run.WaitForClientAsync(cancellationToken).ConfigureAwait(false);
                return true;
            });
            return;
        }
        IReadOnlyList<string> lines = ScriptBlock is null
            ? base.Wait(cancellationToken => ProgramClient.RunAsync(Command, WorkingDirectory, run.Address.Environment, Timeout, cancellationToken))
            : ScriptClient.Run(ScriptBlock, run.Address.Variables);
        foreach (string line in lines)
            WriteVerbose($"{title}: {SecretMask.Apply(line)}");
    }
}
