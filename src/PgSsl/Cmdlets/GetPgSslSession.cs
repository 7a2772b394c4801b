using System.Management.Automation;
using PgSsl.Hosting;
using PgSsl.Server;
using PgSsl.Server.Sessions;

namespace PgSsl.Cmdlets;

/// <summary>Gets who is connected to a server over TLS, who in plaintext, and ends sessions in plaintext where asked.</summary>
[Cmdlet(VerbsCommon.Get, "PgSslSession", SupportsShouldProcess = true)]
[OutputType(typeof(SslSession))]
public sealed class GetPgSslSessionCommand : ServerCmdlet
{
    private const string Caption = "End the session?";

    // Sessions that come down the pipeline one by one: those of a server share one connection to it.
    private readonly Dictionary<string, NamedSessions> _named = [];

    /// <summary>The role and its password for the SQL session; without it, those of the endpoint, PGUSER, PGPASSWORD and the password file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Only sessions over TCP that are not encrypted.</summary>
    [Parameter]
    public SwitchParameter Plaintext { get; set; }

    /// <summary>Only these sessions.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Pid")]
    public int[]? ProcessId { get; set; }

    /// <summary>Since when the sessions of -ProcessId are there: a process id that somebody else has got since is not meant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public DateTime? BackendStart { get; set; }

    /// <summary>Ends the sessions in plaintext.</summary>
    [Parameter]
    public SwitchParameter Terminate { get; set; }

    /// <inheritdoc/>
    protected override string NamedParameterExample => "-ProcessId 4711";

    /// <inheritdoc/>
    private protected override void Start(ServerTarget server)
    {
        ArgumentNullException.ThrowIfNull(server);
        server = server with { Credential = Credential };
        if (ProcessId is null)
        {
            base.Start(server);
            return;
        }
        string text = server.Endpoint.Text;
        if (!_named.TryGetValue(text, out NamedSessions? sessions))
            _named.Add(text, sessions = new NamedSessions(server, []));
        sessions.Keys.AddRange(ProcessId.Select(id => new SessionKey(id, BackendStart)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (NamedSessions sessions in _named.Values)
            Run(token => ProcessAsync(sessions.Server, sessions.Keys, token));
        base.EndProcessing();
    }

    /// <inheritdoc/>
    private protected override Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken) => ProcessAsync(server, null, cancellationToken);

    private async Task ProcessAsync(ServerTarget server, IReadOnlyList<SessionKey>? keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        string endpoint = server.Endpoint.Text;
        try
        {
            // Each server of a list is looked at, whatever its kind.
            await using IServerSession session = await SqlEndpoint.OpenAsync(
                server.Endpoint.With("target_session_attrs", "any"), Environment, server.Credential, server.Timeout, cancellationToken).ConfigureAwait(false);
            SessionList list = await SessionReader.ReadAsync(session, endpoint, cancellationToken).ConfigureAwait(false);
            await PostAsync(() => Warn(session, list, endpoint), cancellationToken).ConfigureAwait(false);
            foreach (SessionKey key in keys?.Where(key => !list.Sessions.Any(key.Means)) ?? [])
                await PostAsync(() => WriteFailure(key.NotFound(endpoint), endpoint), cancellationToken).ConfigureAwait(false);
            SslSession[] sessions = [.. list.Sessions.Where(one => keys is null || keys.Any(key => key.Means(one)))];
            if (Terminate)
                await EndAsync(session, SessionSweep.Of(sessions, keys is not null), endpoint, cancellationToken).ConfigureAwait(false);
            else
                foreach (SslSession one in sessions.Where(one => !Plaintext || one.IsPlaintext))
                    await PostAsync(() => WriteObject(one), cancellationToken).ConfigureAwait(false);
        }
        catch (PgSslException failure)
        {
            await PostAsync(() => WriteFailure(failure, endpoint), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(IServerSession session, SessionSweep sweep, string endpoint, CancellationToken cancellationToken)
    {
        bool hasEnded = false;
        foreach (SslSession victim in sweep.Sessions)
        {
            if (!await AskAsync(victim, cancellationToken).ConfigureAwait(false))
                continue;
            try
            {
                TerminationResult result = await SessionEnd.EndAsync(session, victim, cancellationToken).ConfigureAwait(false);
                hasEnded |= result == TerminationResult.Ended;
                await PostAsync(() => WriteResult(victim, result), cancellationToken).ConfigureAwait(false);
            }
            catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
            {
                await PostAsync(() => WriteFailure(failure, victim), cancellationToken).ConfigureAwait(false);
            }
        }
        string[] warnings =
        [
            .. sweep.Left.Select(left => $"{endpoint}: {left}"),
            .. hasEnded ? [$"{endpoint}: an application connects again at once, and in plaintext as before where pg_hba.conf lets it: Set-PgHbaSsl, or sslmode=verify-full on its side."] : (string[])[],
        ];
        foreach (string warning in warnings)
            await PostAsync(() => WriteWarning(warning), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Only the pipeline thread may ask.</summary>
    private async Task<bool> AskAsync(SslSession victim, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        string text = $"{victim.Endpoint}: end the session {victim}";
        await PostAsync(() => answer.SetResult(ShouldProcess(text, text + "?", Caption)), cancellationToken).ConfigureAwait(false);
        return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WriteResult(SslSession victim, TerminationResult result)
    {
        if (result == TerminationResult.StillRunning)
            WriteWarning($"{victim.Endpoint}: {victim} was told to end, and is still there after {SessionEnd.Timeout.TotalSeconds} s: it ends as soon as it listens.");
        WriteObject(victim with { IsTerminated = result == TerminationResult.Ended });
    }

    private void Warn(IServerSession session, SessionList list, string endpoint)
    {
        if (session.IsPooled)
            WriteWarning($"{endpoint} is a pooler: these are its own sessions with the server behind it. How clients are connected to the pooler is not seen here.");
        if (list.DescribeHidden(endpoint, session.UserName) is { } hidden)
            WriteWarning(hidden);
    }

    private sealed record NamedSessions(ServerTarget Server, List<SessionKey> Keys);
}
