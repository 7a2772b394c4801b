using System.Diagnostics;
using System.Globalization;

namespace PgSsl.Sandbox;

/// <summary>
/// Throw-away directories below the temporary directory: <c>pgssl-PID-RANDOM</c>, after the process that wants them.
/// </summary>
public static class SandboxDirectory
{
    private const string Prefix = "pgssl-";

    // A socket's path must fit into sockaddr_un.sun_path (104 bytes on macOS, 108 on Linux), ".s.PGSQL.65535" included.
    private const int LongestSocketDirectory = 80;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly Lazy<bool> Swept = new(Sweep);

    /// <summary>A new empty directory that others may enter, so that the server's account reaches what it owns below.</summary>
    public static string Create()
    {
        _ = Swept.Value;
        string path = Path.Combine(Root(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixModes.Executable);
        return path;
    }

    /// <summary>A subdirectory that only the server's account (and root) may enter.</summary>
    public static string CreatePrivate(string parent, string name)
    {
        string path = Path.Combine(parent, name);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return path;
        }
        Directory.CreateDirectory(path, UnixModes.PrivateDirectory);
        ServerAccount.Own(path);
        return path;
    }

    /// <summary>
    /// Writes a file that only the server's account may read: a private key is there from the first byte on with mode 0600.
    /// </summary>
    public static void WritePrivate(string path, string text)
    {
        if (!OperatingSystem.IsWindows())
        {
            WriteOnce(path, text);
            return;
        }
        // Each connection opens certificate and key there, and a scanner whatever is new: what is open cannot be replaced, but soon.
        for (DateTime deadline = DateTime.UtcNow + Patience; ; Thread.Sleep(Pause))
        {
            try
            {
                WriteOnce(path, text);
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && DateTime.UtcNow < deadline)
            {
                // Another program has one of the two open.
            }
        }
    }

    private static void WriteOnce(string path, string text)
    {
        string beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixModes.Private;
        using (var writer = new StreamWriter(beside, options))
            writer.Write(text);
        ServerAccount.Own(beside);
        File.Move(beside, path, overwrite: true);
    }

    private static string Root()
    {
        string temporary = Path.GetTempPath();
        return temporary.Length > LongestSocketDirectory - 24 && !OperatingSystem.IsWindows() ? "/tmp" : temporary;
    }

    // What a run left behind whose watchdog was killed as well. A server that still runs there ends by itself within a minute:
    // PostgreSQL shuts down when its postmaster.pid is gone (postmaster.c, RecheckDataDirLockFile).
    private static bool Sweep()
    {
        foreach (string directory in Directory.GetDirectories(Root(), Prefix + "*-*"))
        {
            string owner = Path.GetFileName(directory).Split('-')[1];
            if (!int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out int processId) || IsRunning(processId))
                continue;
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or its watchdog is deleting it at this moment.
            }
        }
        return true;
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
