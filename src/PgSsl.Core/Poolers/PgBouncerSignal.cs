using System.Globalization;
using System.Text;
using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// Reloads PgBouncer by SIGHUP to the process in its pidfile. That needs no password, and no more rights than to write pgbouncer.ini: root, or
/// the account that PgBouncer runs as.
/// </summary>
internal sealed class PgBouncerSignal : IPgBouncerReload
{
    private readonly int _processId;

    private PgBouncerSignal(int processId) => _processId = processId;

    /// <summary>
    /// The account that the process runs as; null where the system does not say. On Linux it owns the process's directory (proc(5)).
    /// </summary>
    public UnixAccount? Account => OperatingSystem.IsLinux() ? UnixAccount.OwnerOf($"/proc/{_processId}") : null;

    /// <inheritdoc/>
    public string Means => $"SIGHUP to process {_processId}";

    /// <summary>Finds the process.</summary>
    /// <param name="ini">The configuration that PgBouncer runs with.</param>
    /// <exception cref="PgSslException">
    /// UnsupportedParameter: Windows, or no pidfile is set. ServerNotReady: the pidfile names no process, or one that is not a PgBouncer.
    /// </exception>
    public static PgBouncerSignal Find(PgBouncerIni ini)
    {
        if (OperatingSystem.IsWindows() || ini["pidfile"] is not { } path)
            throw new PgSslException(
                PgSslError.UnsupportedParameter, $"{ini.Path} names no pidfile, so it is not known which process to signal.",
                "Set pidfile and restart PgBouncer, or give a role of admin_users for its console.");
        if (File.Exists(path)
            && int.TryParse(ReadFirstLine(path), NumberStyles.None, CultureInfo.InvariantCulture, out int processId)
            && IsPgBouncer(processId))
            return new PgBouncerSignal(processId);
        throw new PgSslException(
            PgSslError.ServerNotReady, $"The pidfile {path} names no running PgBouncer.",
            "Start PgBouncer, or check whether it runs with another configuration.");
    }

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        UnixSignal.Check(_processId);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReloadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        UnixSignal.HangUp(_processId);
        return Task.CompletedTask;
    }

    private static string ReadFirstLine(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(RegularFile.Read(path)).Split('\n')[0].TrimEnd('\r');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} cannot be read: {failure.Message}", "Run this as root, or as the account of PgBouncer.", failure);
        }
    }

    // A stale pidfile may name any process. Only Linux shows it; elsewhere only the wire shows whether it was the right one.
    private static bool IsPgBouncer(int processId)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        try
        {
            return File.ReadAllText($"/proc/{processId}/comm").Trim() == "pgbouncer";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
