using System.Diagnostics;

namespace PgSsl.Sandbox.Playground;

/// <summary>
/// What <c>dotnet run --project tests/PgSsl.Sandbox</c> does: starts servers that differ, says how to reach them, and does the
/// main job on them.
/// </summary>
internal sealed class PlaygroundProgram(Interruption interruption, bool keep)
{
    private const int Succeeded = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    // As shells report a program that ended by SIGINT.
    private const int Interrupted = 130;
    private const int NewestEmbedded = 18;
    private const int WidthWithoutTerminal = 120;

    private readonly CancellationToken _cancellationToken = interruption.Token;

    /// <summary>Runs it.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--keep"]))
        {
            Console.WriteLine(PlaygroundText.Usage);
            return args is ["--help"] ? Succeeded : WrongUsage;
        }
        ForgetOwnServers();
        using var interruption = new Interruption();
        try
        {
            int status = await new PlaygroundProgram(interruption, keep: args.Length > 0).RunAsync();
            Console.WriteLine(PlaygroundText.Stopped);
            return status;
        }
        // Ctrl+C reaches the programs that the sandbox runs as well, and what they were needed for then fails.
        catch (Exception e)
            when (e is OperationCanceledException or SandboxException && interruption.Token.IsCancellationRequested)
        {
            Console.WriteLine(PlaygroundText.Stopped);
            return Interrupted;
        }
        catch (SandboxException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return Failed;
        }
    }

    private async Task<int> RunAsync()
    {
        PostgresInstallation installation = await FindInstallationAsync().WaitAsync(_cancellationToken);
        var repository = Repository.Find();
        var pwsh = PowerShellProgram.Find();
        Task build = pwsh is null ? Task.CompletedTask : repository.BuildModuleAsync(_cancellationToken);

        long start = Stopwatch.GetTimestamp();
        await using Estate estate = await Estate.StartAsync(installation);
        _cancellationToken.ThrowIfCancellationRequested();
        Console.WriteLine(PlaygroundText.Introduction(estate, installation, Stopwatch.GetElapsedTime(start)));
        await build;

        bool stays = keep && !Console.IsInputRedirected;
        if (keep && !stays)
            Console.WriteLine(PlaygroundText.KeepNeedsTerminal);
        return pwsh is null
            ? await PrintTablesAsync(estate, stays)
            : await WalkThroughAsync(pwsh, await estate.WriteSessionScriptAsync(repository.ManifestPath), stays);
    }

    private async Task<int> WalkThroughAsync(PowerShellProgram pwsh, string sessionScript, bool stays)
    {
        if (!stays)
            return await pwsh.WalkThroughAsync(sessionScript, _cancellationToken);
        interruption.LeaveToChild();
        await pwsh.StayAsync(sessionScript, _cancellationToken);
        return Succeeded;
    }

    private async Task<int> PrintTablesAsync(Estate estate, bool stays)
    {
        Console.WriteLine(PlaygroundText.NoPowerShell);
        int width = Console.IsOutputRedirected ? WidthWithoutTerminal : Console.WindowWidth;
        var tables = new CoreTables(estate.Servers, Console.Out, width);
        await tables.WriteCertificatesAsync(_cancellationToken);
        await tables.WriteModesAsync(_cancellationToken);
        if (stays)
        {
            Console.WriteLine(PlaygroundText.KeptUntilEnter);
            await Task.Run(Console.ReadLine, _cancellationToken).WaitAsync(_cancellationToken);
        }
        return Succeeded;
    }

    // Newest of what is here; a download only where there is nothing.
    private static async Task<PostgresInstallation> FindInstallationAsync()
    {
        IReadOnlyList<PostgresInstallation> installed = await PostgresInstallation.FindInstalledAsync();
        if (installed.Count > 0)
            return installed[^1];
        Console.WriteLine(PlaygroundText.Fetching);
        Availability<PostgresInstallation> embedded = await PostgresInstallation.FindAsync(NewestEmbedded);
        return embedded.Value ?? throw new SandboxException($"{PlaygroundText.NoPostgres}\n\n{embedded.Reason}");
    }

    // PGHOST, PGSSLMODE and the like of whoever runs this; they would change what the commands show.
    private static void ForgetOwnServers()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>().ToArray())
        {
            bool isOurs = name.StartsWith("PGSSL_", StringComparison.OrdinalIgnoreCase);
            if (name.StartsWith("PG", StringComparison.OrdinalIgnoreCase) && !isOurs)
                Environment.SetEnvironmentVariable(name, null);
        }
    }
}
