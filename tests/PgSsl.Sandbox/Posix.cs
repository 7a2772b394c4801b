using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static class Posix
{
    public const int SigHup = 1;
    public const int SigInt = 2;

    /// <summary>Sends a signal; false where there is no such process.</summary>
    public static bool Signal(int processId, int signal) => kill(processId, signal) == 0;

    /// <summary>Gives a file or directory to another account, as only root may.</summary>
    public static void ChangeOwner(string path, ServerAccount account)
    {
        if (chown(Encoding.UTF8.GetBytes(path + "\0"), account.UserId, account.GroupId) != 0)
            throw new SandboxException($"chown {account.Name} {path} failed with errno {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int chown(byte[] path, uint userId, uint groupId);
}
