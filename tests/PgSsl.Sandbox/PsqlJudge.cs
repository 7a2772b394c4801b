using System.Globalization;

namespace PgSsl.Sandbox;

/// <summary>
/// Asks the real libpq: many connections in one psql process, each by <c>\connect</c>. Nothing of this machine's environment
/// plays a role: no PG* and SSL_CERT_* variables, an empty home directory, no terminal to ask for a passphrase.
/// </summary>
/// <param name="psqlPath">The program itself; Debian's /usr/bin/psql is a wrapper that has ideas of its own.</param>
/// <param name="libraryDirectory">Where another version's libpq is; null for the one that psql was linked with.</param>
public sealed class PsqlJudge(string psqlPath, string? libraryDirectory = null)
{
    // Below this many connections, a further process costs more than it saves.
    private const int SmallestBatch = 16;

    // Well within what one command line may hold.
    private const int LargestBatch = 200;

    // For servers that never answer; a connect_timeout in the conninfo wins.
    private const int ConnectTimeoutSeconds = 20;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    // Without a terminal, OpenSSL cannot ask for the passphrase of a client key: it fails at once instead of waiting for
    // somebody.
    private static readonly string[] WithoutTerminal = File.Exists("/usr/bin/setsid") ? ["/usr/bin/setsid"] : [];

    /// <summary>A judge with the libpq of one major version, or why there is none.</summary>
    public static async Task<Availability<PsqlJudge>> ForLibpqAsync(int major)
    {
        IEnumerable<PostgresInstallation> withPsql =
            (await PostgresInstallation.FindInstalledAsync()).Where(installation => File.Exists(installation.Program("psql")));
        if (withPsql.FirstOrDefault(installation => installation.Major == major) is { } own)
            return Availability.Of(new PsqlJudge(own.Program("psql")));

        Availability<PostgresInstallation> library = await PostgresInstallation.FindAsync(major);
        if (library.Value?.LibraryDirectory is not { } directory)
            return Availability.Missing<PsqlJudge>(
                library.IsAvailable ? $"The PostgreSQL {major} found here has no psql." : library.Reason);
        return withPsql.FirstOrDefault() is { } any
            ? Availability.Of(new PsqlJudge(any.Program("psql"), directory))
            : Availability.Missing<PsqlJudge>("No psql is installed (Debian: apt-get install postgresql-client).");
    }

    /// <summary>Makes each connection in turn, all in the same environment.</summary>
    /// <param name="conninfos">conninfo strings or URIs.</param>
    /// <param name="environment">Variables to set, or with a null value to remove; HOME is an empty directory unless named
    /// here.</param>
    /// <returns>One outcome per connection, in the same order.</returns>
    public Task<IReadOnlyList<PsqlOutcome>> ConnectAsync(
        IReadOnlyList<string> conninfos, IReadOnlyDictionary<string, string?>? environment = null) =>
        ConnectAsync([.. conninfos.Select(conninfo => new PsqlAttempt(conninfo, environment))]);

    /// <summary>Makes each connection in its own environment. Thousands take a few milliseconds each.</summary>
    /// <returns>One outcome per attempt, in the same order.</returns>
    public async Task<IReadOnlyList<PsqlOutcome>> ConnectAsync(IReadOnlyList<PsqlAttempt> attempts)
    {
        string scratch = SandboxDirectory.Create();
        try
        {
            await using HostileServer greeter = HostileServer.Start(PsqlGreeting.Script);
            var outcomes = new PsqlOutcome[attempts.Count];
            await Parallel.ForEachAsync(Batches(attempts), async (batch, _) =>
            {
                PsqlAttempt[] members = [.. batch.Select(index => attempts[index])];
                IReadOnlyList<PsqlOutcome> found = PsqlCommands.NeedsOwnProcess(members[0])
                    ? [await JudgeAloneAsync(members[0], scratch)]
                    : await JudgeTogetherAsync(members, greeter.Port, scratch);
                for (int i = 0; i < batch.Length; i++)
                    outcomes[batch[i]] = found[i];
            });
            return outcomes;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static IEnumerable<int[]> Batches(IReadOnlyList<PsqlAttempt> attempts)
    {
        ILookup<bool, int> alone =
            Enumerable.Range(0, attempts.Count).ToLookup(index => PsqlCommands.NeedsOwnProcess(attempts[index]));
        int size = Math.Clamp((alone[false].Count() / Environment.ProcessorCount) + 1, SmallestBatch, LargestBatch);
        return alone[true].Select(index => new[] { index }).Concat(alone[false].Chunk(size));
    }

    private async Task<PsqlOutcome> JudgeAloneAsync(PsqlAttempt attempt, string scratch)
    {
        Dictionary<string, string?> environment = BaseEnvironment(scratch);
        foreach ((string name, string? value) in attempt.Environment ?? new Dictionary<string, string?>())
            environment[name] = value;
        return PsqlCommands.ReadOne(await RunAsync(attempt.ConnInfo, PsqlCommands.ForOne, environment, 1));
    }

    private async Task<IReadOnlyList<PsqlOutcome>> JudgeTogetherAsync(PsqlAttempt[] attempts, int greeterPort, string scratch)
    {
        Dictionary<string, string?> environment = BaseEnvironment(scratch);
        IReadOnlyList<string> commands = PsqlCommands.ForMany(attempts, environment);
        ProcessResult result = await RunAsync(PsqlGreeting.ConnInfo(greeterPort), commands, environment, attempts.Length);
        return PsqlCommands.ReadMany(result, attempts.Length);
    }

    private Task<ProcessResult> RunAsync(
        string conninfo, IReadOnlyList<string> commands, Dictionary<string, string?> environment, int connections)
    {
        string[] command = [.. WithoutTerminal, psqlPath, "-X", "-q", "-w", "-d", conninfo, .. commands];
        TimeSpan timeout = StartTimeout + (connections * 2 * TimeSpan.FromSeconds(ConnectTimeoutSeconds));
        return ProcessRunner.RunAsync(command[0], command[1..], environment: environment, timeout: timeout);
    }

    private Dictionary<string, string?> BaseEnvironment(string home)
    {
        Dictionary<string, string?> environment = CleanEnvironment.ForClients(home);
        environment["PGCONNECT_TIMEOUT"] = ConnectTimeoutSeconds.ToString(CultureInfo.InvariantCulture);
        if (libraryDirectory is not null)
            environment["LD_LIBRARY_PATH"] = libraryDirectory;
        return environment;
    }
}
