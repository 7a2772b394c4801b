using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Impostors;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Impostors;

/// <summary>Plays impostors to a client of the test's.</summary>
internal static class ImpostorStage
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static readonly ImpostorKind[] Kinds = Enum.GetValues<ImpostorKind>();

    /// <summary>Opens a run with this machine's clock.</summary>
    public static ImpostorRun Open(SslMode? mode = null, bool anyAccount = false) => ImpostorRun.Open(
        "localhost",
        0,
        mode,
        anyAccount || OperatingSystem.IsWindows() ? null : UnixAccount.EffectiveUserId,
        TlsServers.Get(),
        DateTimeOffset.UtcNow);

    /// <summary>Has a client connect to impostors, in their order.</summary>
    public static async Task<IReadOnlyList<ClientVerification>> PlayAsync(
        Func<ImpostorAddress, Task> connectAsync, SslMode? mode = null, params ImpostorKind[] kinds)
    {
        await using ImpostorRun run = Open(mode);
        foreach (ImpostorKind kind in kinds.Length == 0 ? Kinds : kinds)
            await PlayAsync(run, kind, () => connectAsync(run.Address));
        return run.Judge();
    }

    /// <summary>Plays one impostor.</summary>
    public static async Task<ClientAttempt> PlayAsync(ImpostorRun run, ImpostorKind kind, Func<Task> connectAsync, TimeSpan? timeout = null)
    {
        run.Begin(Impostor.Of(kind), timeout ?? Timeout);
        await connectAsync();
        return await run.EndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a program as the client. That it fails is expected.</summary>
    public static Task RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? more = null)
    {
        string home = SandboxDirectory.Create();
        Dictionary<string, string?> environment = CleanEnvironment.ForClients(home);
        foreach ((string name, string? value) in more ?? new Dictionary<string, string?>())
            environment[name] = value;
        return ProcessRunner.RunAsync(program, arguments, environment: environment, timeout: TimeSpan.FromSeconds(60));
    }

    /// <summary>One letter for each impostor, in their order: + accepted, p in plaintext, ! by alert, . silently, / after the handshake.</summary>
    public static string Picture(IEnumerable<ClientVerification> results) => string.Concat(results.Select(result => result.Outcome switch
    {
        nameof(ClientOutcome.Accepted) => '+',
        nameof(ClientOutcome.AcceptedPlaintext) => 'p',
        nameof(ClientOutcome.Refused) => '!',
        nameof(ClientOutcome.RefusedSilently) => '.',
        nameof(ClientOutcome.RefusedAfterHandshake) => '/',
        nameof(ClientOutcome.ProtectedByChannelBinding) => 'b',
        _ => '0',
    }));
}
