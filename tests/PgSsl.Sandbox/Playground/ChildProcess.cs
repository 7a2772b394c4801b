using System.Diagnostics;

namespace PgSsl.Sandbox.Playground;

/// <summary>Programs that must not outlive this one.</summary>
internal static class ChildProcess
{
    /// <summary>Waits until it has ended; on cancellation ends it with all that it started.</summary>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static async Task WaitOrKillAsync(this Process process, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration =
            cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
