using System.Runtime.InteropServices;

namespace PgSsl.Sandbox.Playground;

/// <summary>
/// Ctrl+C, SIGTERM and a closed terminal as a cancelled token instead of an end on the spot, so that servers are stopped and
/// files deleted before the program ends.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _leftToChild;

    public Interruption() => _registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, Handle)),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>
    /// From now on Ctrl+C is the business of the interactive program in the foreground, which gets it as well.
    /// </summary>
    public void LeaveToChild() => _leftToChild = true;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_leftToChild || context.Signal != PosixSignal.SIGINT)
            _source.Cancel();
    }
}
