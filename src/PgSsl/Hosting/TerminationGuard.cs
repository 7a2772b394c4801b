using System.Runtime.InteropServices;

namespace PgSsl.Hosting;

/// <summary>
/// While a change is made, SIGTERM stops it as Ctrl+C does: a service manager, or a runbook host whose time is over, leaves nothing half done. The
/// process ends when everything is undone.
/// </summary>
/// <remarks>It exists only while a change is running, so nothing else of the process waits for anything.</remarks>
internal sealed class TerminationGuard : IDisposable
{
    // A service manager waits 90 seconds before it kills (systemd, DefaultTimeoutStopSec). An undo takes less than half a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualResetEventSlim _ended = new();
    private readonly PosixSignalRegistration _registration;

    /// <summary>Watches for the signal.</summary>
    /// <param name="stop">Stops the change.</param>
    public TerminationGuard(Action stop) => _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ =>
    {
        stop();
        // The process ends when this returns.
        _ended.Wait(Limit);
    });

    /// <summary>The change has ended.</summary>
    public void Dispose()
    {
        _ended.Set();
        _registration.Dispose();
    }
}
