using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace PgSsl.Sandbox;

/// <summary>
/// Where PGSSL_TEST_TIMES names a directory (.ci/run does), a test project leaves a file there when it ends: the seconds of processor time
/// of its own, and of the programs and servers that it started.
/// </summary>
internal static class ProcessorTime
{
    private const string DirectoryVariable = "PGSSL_TEST_TIMES";

    // Set by the test project for what it starts: a PowerShell that uses the sandbox, too.
    private const string ProjectVariable = "PGSSL_TEST_PROJECT";

    // The unit of /proc/PID/stat for all programs (proc(5), sysconf(_SC_CLK_TCK)).
    private const double TicksPerSecond = 100;

    [ModuleInitializer]
    internal static void ReportAtExit()
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable(DirectoryVariable) is not { Length: > 0 } directory)
            return;
        string? parent = Environment.GetEnvironmentVariable(ProjectVariable);
        string project = parent ?? Assembly.GetEntryAssembly()?.GetName().Name ?? "";
        Environment.SetEnvironmentVariable(ProjectVariable, project);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Report(Path.Combine(directory, $"{project}-{Environment.ProcessId}"), parent is not null);
    }

    private static void Report(string path, bool isStartedByProject)
    {
        // Whoever waits for a process gets its time, and that of those which it waited for itself; but servers outlive this process.
        double own = isStartedByProject ? 0 : Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
        double others = (isStartedByProject ? 0 : Posix.SecondsOfEndedChildren()) + SecondsOfLiveDescendants();
        if (own + others > 0)
            File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{own:0.0} {others:0.0}\n"));
    }

    private static double SecondsOfLiveDescendants()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var children = Directory.GetDirectories("/proc").Select(ReadStatus).OfType<(int Id, int Parent, double Seconds)>()
            .ToLookup(status => status.Parent);
        return Sum(Environment.ProcessId);

        double Sum(int parent) => children[parent].Sum(child => child.Seconds + Sum(child.Id));
    }

    // proc(5): PID (NAME) STATE PPID ..., and as 14th to 17th its time for users and system, and that of the children that it waited for.
    private static (int Id, int Parent, double Seconds)? ReadStatus(string directory)
    {
        if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            return null;
        try
        {
            string status = File.ReadAllText(Path.Combine(directory, "stat"));
            string[] afterName = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            double ticks = afterName[11..15].Sum(text => double.Parse(text, CultureInfo.InvariantCulture));
            return (id, int.Parse(afterName[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }
}
