using System.Diagnostics;
using System.Globalization;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

public class ServerGuardTests
{
    [Fact]
    public async Task A_killed_process_leaves_neither_server_nor_files()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("On Windows the server is a plain child process.");
        (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        (Process holder, int server, string directory) = await HoldClusterAsync();
        using (holder)
        {
            Assert.True(Directory.Exists(directory));
            Assert.True(IsRunning(server));
            holder.Kill();
        }

        for (int patience = 500; patience > 0 && (Directory.Exists(directory) || IsRunning(server)); patience--)
            await Task.Delay(20);
        Assert.False(IsRunning(server));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task What_dead_processes_left_behind_is_swept_away()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Tries it with a process id that only Unix excludes.");
        (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        string stale = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "pgssl-2147483647-stale")).FullName;
        (Process holder, _, _) = await HoldClusterAsync();
        using (holder)
            holder.Kill();
        Assert.False(Directory.Exists(stale));
    }

    private static async Task<(Process Holder, int Server, string Directory)> HoldClusterAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(PostgresCluster).Assembly.Location, "--hold-cluster"])
        {
            RedirectStandardOutput = true,
        };
        Process holder = Process.Start(start)!;
        string line = await holder.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The sandbox did not start a cluster.");
        string[] words = line.Split(' ', 2);
        return (holder, int.Parse(words[0], CultureInfo.InvariantCulture), Path.GetDirectoryName(words[1])!);
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
