namespace PgSsl.Sandbox;

/// <summary>
/// Runs one server in its directory, and sees to it that neither outlives this process, however it ends. What the server writes
/// goes to
/// <c>server.log</c> in that directory.
/// </summary>
internal abstract class ServerGuard : IAsyncDisposable
{
    /// <summary>Guards a directory from now on; nothing runs yet.</summary>
    /// <param name="directory">Deleted at the end.</param>
    /// <param name="stopSignal">The signal's name that ends this kind of server at once: QUIT for PostgreSQL, TERM for
    /// most.</param>
    /// <param name="file">The server's program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ServerGuard Create(string directory, string stopSignal, string file, IEnumerable<string> arguments)
    {
        (string wrapped, IReadOnlyList<string> all) = ServerAccount.Wrap(file, arguments);
        return OperatingSystem.IsWindows()
            ? new WindowsServerGuard(directory, wrapped, all)
            : new WatchdogServerGuard(directory, stopSignal, wrapped, all);
    }

    /// <summary>The same for a PostgreSQL server.</summary>
    public static ServerGuard Create(string directory, PostgresInstallation installation, string dataDirectory) => WindowsWays.Apply
        ? new PgCtlServerGuard(directory, installation, dataDirectory)
        : Create(directory, "QUIT", installation.Program("postgres"), ["-D", dataDirectory]);

    /// <summary>The running server's process id; 0 before the first start.</summary>
    public int ProcessId { get; protected set; }

    /// <summary>Completes with the exit status of the server started last.</summary>
    public abstract Task<int> Exited { get; }

    /// <summary>Starts the server; only when none runs.</summary>
    public abstract Task StartAsync();

    /// <summary>Ends the server at once and deletes the directory.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>What the server wrote, from a position on.</summary>
    public static string ReadLog(string directory, long from = 0)
    {
        string path = LogPath(directory);
        if (!File.Exists(path))
            return "";
        using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Min(from, log.Length);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    public static string LogPath(string directory) => Path.Combine(directory, "server.log");
}
