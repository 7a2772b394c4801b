using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// Reloads PgBouncer by SIGHUP to its process. That needs no password, and no more rights than to write pgbouncer.ini: root, or the account that
/// PgBouncer runs as.
/// </summary>
internal sealed class PgBouncerSignal : IPgBouncerReload
{
    private readonly PgBouncerIni _ini;
    private readonly PgBouncerProcess _process;

    private PgBouncerSignal(PgBouncerIni ini, PgBouncerProcess process) => (_ini, _process) = (ini, process);

    /// <summary>The account that the process runs as; null where the system does not say.</summary>
    public UnixAccount? Account => _process.Account;

    /// <summary>When the process was started; null where the system does not say.</summary>
    public DateTimeOffset? Started => _process.Started;

    /// <inheritdoc/>
    public string Means => $"SIGHUP to process {_process.Id}";

    /// <summary>Finds the process.</summary>
    /// <param name="ini">The configuration that PgBouncer runs with.</param>
    /// <exception cref="PgSslException">As <see cref="PgBouncerProcess.Find"/>.</exception>
    public static PgBouncerSignal Find(PgBouncerIni ini) => new(ini, PgBouncerProcess.Find(ini));

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        UnixSignal.Check(_process.Id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReloadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // The process may have ended since, and another one may have its number.
        if (PgBouncerProcess.Find(_ini).Id != _process.Id)
            throw new PgSslException(
                PgSslError.ServerNotReady, $"PgBouncer was restarted meanwhile: its process is not {_process.Id} any more.",
                "Run the command again.");
        UnixSignal.HangUp(_process.Id);
        return Task.CompletedTask;
    }
}
