using System.ComponentModel;
using System.Diagnostics;

namespace PgSsl.Testing;

/// <summary>mount(8) and umount(8), where they are to be had: only Linux' root may, and not in every container.</summary>
internal static class Mounts
{
    /// <summary>Mounts, or skips the test.</summary>
    public static void Make(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a file system, and only on Linux.");
        Assert.SkipUnless(Run("mount", arguments), "This machine lets nobody mount a file system.");
    }

    public static void Remove(string path) => Run("umount", path);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
