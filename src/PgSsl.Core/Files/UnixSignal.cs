using System.Runtime.InteropServices;

namespace PgSsl.Files;

/// <summary>kill(2).</summary>
internal static class UnixSignal
{
    // signal.h and errno.h, the same on Linux and macOS
    private const int SigHup = 1;
    private const int NotPermitted = 1;

    /// <summary>Sends SIGHUP, on which daemons read their configuration again.</summary>
    /// <exception cref="PgSslException">
    /// InsufficientPrivilege: the process belongs to another user. ServerNotReady: there is no such process.
    /// </exception>
    public static void HangUp(int processId) => Send(processId, SigHup);

    /// <summary>Sends nothing, but throws if a signal could not be sent.</summary>
    /// <exception cref="PgSslException">As <see cref="HangUp"/>.</exception>
    public static void Check(int processId) => Send(processId, 0);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        throw error == NotPermitted
            ? new PgSslException(
                PgSslError.InsufficientPrivilege, $"This account may not signal process {processId}.",
                "Run this as root, or as the account that the process runs as.")
            : new PgSslException(
                PgSslError.ServerNotReady, $"Process {processId} cannot be signalled: {Marshal.GetPInvokeErrorMessage(error)}.",
                "Check whether it still runs.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
