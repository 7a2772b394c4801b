using System.Management.Automation;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Server;
using PgSsl.Server.Sessions;

namespace PgSsl.Cmdlets;

/// <summary>Gets who is connected to a server over TLS and who in plaintext, and can end the sessions in plaintext.</summary>
[Cmdlet(VerbsCommon.Get, "PgSslSession", SupportsShouldProcess = true)]
[OutputType(typeof(SslSession))]
public sealed class GetPgSslSessionCommand : ServerCmdlet
{
    private const string Caption = "End the session?";

    // Sessions that come down the pipeline one by one. All sessions of a server are looked up over one connection.
    private readonly Dictionary<string, NamedSessions> _named = [];

    /// <summary>The role and its password for the SQL session; without it, those of the endpoint, the environment and the password file.</summary>
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

    /// <summary>When the sessions of -ProcessId started. Another session that has the same process id now is not meant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public DateTime? BackendStart { get; set; }

    /// <summary>Ends the sessions in plaintext.</summary>
    [Parameter]
    public SwitchParameter Terminate { get; set; }

    /// <summary>With -Terminate -WhatIf, returns the sessions that would be ended.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override string NamedParameterExample => "-ProcessId 4711";

    /// <inheritdoc/>
    private protected override void Start(ServerTarget server)
    {
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
            Start(sessions.Server, token => ProcessAsync(sessions.Server, sessions.Keys, token));
        base.EndProcessing();
    }

    /// <inheritdoc/>
    private protected override Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken) =>
        ProcessAsync(server, null, cancellationToken);

    private async Task ProcessAsync(ServerTarget server, IReadOnlyList<SessionKey>? keys, CancellationToken cancellationToken)
    {
        string endpoint = server.Endpoint.Text;
        // All servers of a list are of interest, whatever target_session_attrs the endpoint asks for.
        PgEndpoint asked = server.Endpoint.With("target_session_attrs", "any");
        await using IServerSession session =
            await SqlSessions.OpenAsync(asked, Environment, server.Credential, server.Timeout, cancellationToken).ConfigureAwait(false);
        SessionList list = await SessionReader.ReadAsync(session, endpoint, cancellationToken).ConfigureAwait(false);
        await PostAsync(() => Warn(session, list, endpoint), cancellationToken).ConfigureAwait(false);
        foreach (SessionKey key in keys?.Where(key => !list.Sessions.Any(key.Means)) ?? [])
            await PostAsync(() => WriteFailure(key.NotFound(endpoint), endpoint), cancellationToken).ConfigureAwait(false);
        SslSession[] sessions = [.. list.Sessions.Where(candidate => keys is null || keys.Any(key => key.Means(candidate)))];
        if (Terminate)
            await EndAsync(session, SessionSweep.Of(sessions, keys is not null), endpoint, cancellationToken).ConfigureAwait(false);
        else
            foreach (SslSession found in sessions.Where(candidate => !Plaintext || candidate.IsPlaintext))
                await PostAsync(() => WriteObject(found), cancellationToken).ConfigureAwait(false);
    }

    private async Task EndAsync(IServerSession session, SessionSweep sweep, string endpoint, CancellationToken cancellationToken)
    {
        bool hasEnded = false;
        foreach (SslSession victim in sweep.Sessions)
        {
            if (!await AskAsync(victim, cancellationToken).ConfigureAwait(false))
            {
                if (IsWhatIf && PassThru)
                    await PostAsync(() => WriteObject(Told(victim, isChanged: true, isProven: null)), cancellationToken).ConfigureAwait(false);
                continue;
            }
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
        List<string> warnings = [.. sweep.Left.Select(left => $"{endpoint}: {left}")];
        if (hasEnded)
            warnings.Add(TheyComeBack(endpoint));
        await PostAsync(() => WriteWarnings(warnings), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks ShouldProcess, which only the pipeline thread may do.</summary>
    private async Task<bool> AskAsync(SslSession victim, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(() => answer.SetResult(Ask([PlanOf(victim)], Caption, "?")), cancellationToken).ConfigureAwait(false);
        return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WriteResult(SslSession victim, TerminationResult result)
    {
        bool isGone = result == TerminationResult.Ended;
        victim = victim with { IsTerminated = isGone };
        if (result == TerminationResult.AlreadyGone)
        {
            WriteObject(Told(victim, isChanged: false, isProven: null));
            return;
        }
        string remark = isGone ? TheyComeBack(victim.Endpoint)
            : $"{victim.Endpoint}: {victim} was told to end, but is still there after {SessionEnd.Timeout.TotalSeconds} s. " +
                "It ends as soon as it handles the signal.";
        if (!isGone)
            WriteWarning(remark);
        WriteObject(Told(victim, isChanged: true, isProven: isGone, remark));
    }

    private static string TheyComeBack(string endpoint) =>
        $"{endpoint}: applications reconnect at once, and again in plaintext if pg_hba.conf allows it. " +
        "Use Set-PgHbaSsl, or sslmode=verify-full in the application.";

    private static string PlanOf(SslSession victim) => $"{victim.Endpoint}: end the session {victim}";

    private PSObject Told(SslSession session, bool isChanged, bool? isProven, params string[] remarks) =>
        ChangeNotes.Of(session, IsWhatIf ? PlanOf(session) : null, isChanged, isProven, remarks);

    private void Warn(IServerSession session, SessionList list, string endpoint)
    {
        if (session.IsPooled)
            WriteWarning(
                $"{endpoint} is a pooler: these are its own sessions with the server behind it. " +
                "They do not show how clients are connected to the pooler.");
        if (list.DescribeHidden(endpoint, session.UserName) is { } hidden)
            WriteWarning(hidden);
    }

    private sealed record NamedSessions(ServerTarget Server, List<SessionKey> Keys);
}
