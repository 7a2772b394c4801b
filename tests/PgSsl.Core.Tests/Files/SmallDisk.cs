using System.Diagnostics;
using Xunit;

namespace PgSsl.Tests.Files;

/// <summary>A file system of a few pages, mounted over a directory until disposed: a disk that is soon full, or read-only.</summary>
internal sealed class SmallDisk : IDisposable
{
    public const int Size = 64 * 1024;

    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>Mounts it, or skips the test where that is not to be had: only Linux' root may, and not in every container.</summary>
    public static SmallDisk Mount(string path, string options = "rw")
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a small disk, and only on Linux.");
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", $"size={Size},{options}", "tmpfs", path), "This machine lets nobody mount a file system.");
        return new SmallDisk(path);
    }

    public void Dispose() => Run("umount", _path);

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
