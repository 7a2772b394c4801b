using System.Runtime.InteropServices;

namespace PgSsl.Hosting;

/// <summary>
/// While a change is made, SIGTERM and SIGHUP stop it as Ctrl+C does: a service manager, a runbook host whose time is over, or a terminal that is
/// closed, leaves nothing half done. The process ends when everything is undone.
/// </summary>
/// <remarks>
/// It exists only while a change is running, so nothing else of the process waits for anything. A process that ignores SIGHUP (nohup) goes on.
/// </remarks>
internal sealed class TerminationGuard : IDisposable
{
    // A service manager waits 90 seconds before it kills (systemd, DefaultTimeoutStopSec). An undo takes less than half a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualResetEventSlim _ended = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Watches for the signals.</summary>
    /// <param name="stop">Stops the change.</param>
    public TerminationGuard(Action stop)
    {
        _registrations = [Watch(PosixSignal.SIGTERM), Watch(PosixSignal.SIGHUP)];

        PosixSignalRegistration Watch(PosixSignal signal) => PosixSignalRegistration.Create(signal, _ =>
        {
            stop();
            // The process ends when this returns.
            _ended.Wait(Limit);
        });
    }

    /// <summary>The change has ended.</summary>
    public void Dispose()
    {
        _ended.Set();
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }
}
