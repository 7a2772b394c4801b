using System.Diagnostics;
using PgSsl.Sandbox.Company;

namespace PgSsl.Sandbox.Playground;

/// <summary>
/// What <c>dotnet run --project tests/PgSsl.Sandbox</c> does: starts servers that differ, says how to reach them, and does the
/// main job on them; or starts the estate of docs/guides.
/// </summary>
internal sealed class PlaygroundProgram(Interruption interruption)
{
    private const int Succeeded = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    // As shells report a program that ended by SIGINT.
    private const int Interrupted = 130;
    private const int NewestEmbedded = 18;

    private static readonly string Walkthrough = Path.Combine(AppContext.BaseDirectory, "Playground", "Walkthrough.ps1");

    private readonly CancellationToken _cancellationToken = interruption.Token;

    /// <summary>Runs it.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        Func<PlaygroundProgram, Task<int>>? work = args switch
        {
            [] => program => program.WalkAsync(keep: false),
            ["--keep"] => program => program.WalkAsync(keep: true),
            ["--estate"] => program => program.RunEstateAsync(null),
            ["--estate", var script] => program => program.RunEstateAsync(script),
            _ => null,
        };
        if (work is null)
        {
            Console.WriteLine(PlaygroundText.Usage);
            return args is ["--help"] ? Succeeded : WrongUsage;
        }
        ForgetOwnServers();
        using var interruption = new Interruption();
        try
        {
            int status = await work(new PlaygroundProgram(interruption));
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

    private async Task<int> WalkAsync(bool keep)
    {
        PostgresInstallation installation = await FindInstallationAsync().WaitAsync(_cancellationToken);
        var powerShell = PowerShellProgram.Find();

        long start = Stopwatch.GetTimestamp();
        await using Estate estate = await Estate.StartAsync(installation);
        _cancellationToken.ThrowIfCancellationRequested();
        Console.WriteLine(PlaygroundText.Introduction(estate, installation, Stopwatch.GetElapsedTime(start)));

        bool stays = keep && !Console.IsInputRedirected;
        if (keep && !stays)
            Console.WriteLine(PlaygroundText.KeepNeedsTerminal);
        string session = await estate.WriteSessionScriptAsync(Repository.ManifestPath);
        if (stays)
            interruption.LeaveToChild();
        using Process process = powerShell.Start(
            stays ? ["-NoExit", "-File", Walkthrough, "-Session", session, "-Stay"] : ["-NonInteractive", "-File", Walkthrough, "-Session", session],
            hasInput: stays);
        await process.WaitOrKillAsync(_cancellationToken);
        // Whoever leaves the session may have had a command fail in it.
        return stays ? Succeeded : process.ExitCode;
    }

    private async Task<int> RunEstateAsync(string? script)
    {
        PostgresInstallation installation = await FindInstallationAsync().WaitAsync(_cancellationToken);
        var powerShell = PowerShellProgram.Find();
        // The session has another folder.
        script = script is null ? null : Path.GetFullPath(script);

        long start = Stopwatch.GetTimestamp();
        await using CompanyEstate estate = await CompanyEstate.StartAsync(installation);
        _cancellationToken.ThrowIfCancellationRequested();
        Console.WriteLine(PlaygroundText.Introduction(estate, installation, Stopwatch.GetElapsedTime(start)));

        bool stays = script is null && !Console.IsInputRedirected;
        if (script is null && !stays)
        {
            Console.WriteLine(PlaygroundText.EstateNeedsTerminal);
            return Succeeded;
        }
        if (stays)
            interruption.LeaveToChild();
        using Process process = powerShell.Start(
            stays ? ["-NoExit", "-File", estate.SessionScript] : ["-NonInteractive", "-File", estate.SessionScript, script!], hasInput: stays);
        await process.WaitOrKillAsync(_cancellationToken);
        return stays ? Succeeded : process.ExitCode;
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
