using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static class Posix
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    private const int ResourcesOfChildren = -1;

    /// <summary>Sends a signal; false where there is no such process.</summary>
    public static bool Signal(int processId, int signal) => kill(processId, signal) == 0;

    /// <summary>Gives a file or directory to another account, as only root may.</summary>
    public static void ChangeOwner(string path, ServerAccount account)
    {
        if (chown(Encoding.UTF8.GetBytes(path + "\0"), account.UserId, account.GroupId) != 0)
            throw new SandboxException($"chown {account.Name} {path} failed with errno {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>The processor time of all processes that this one started and that have ended.</summary>
    public static double SecondsOfEndedChildren()
    {
        // struct rusage: seconds and microseconds for users, then for the system, and 14 more. macOS has 32 bits of microseconds.
        long[] usage = new long[18];
        return getrusage(ResourcesOfChildren, usage) == 0 ? usage[0] + usage[2] + (((int)usage[1] + (int)usage[3]) / 1e6) : 0;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getrusage(int who, [Out] long[] usage);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int chown(byte[] path, uint userId, uint groupId);
}
