using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// A throw-away PostgreSQL server on a free loopback port. Superuser <c>postgres</c>, no password. It ends with this process,
/// however that ends, and its files with it.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const int PortAttempts = 5;
    private static readonly string[] TrustEverybody =
        ["local all all trust", "host all all 127.0.0.1/32 trust", "host all all ::1/128 trust"];

    // Custom settings are free to invent. A new backend that shows the new value was started after the reload.
    private const string GenerationSetting = "pgssl_sandbox.generation";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly string _directory;
    private readonly ServerGuard _guard;
    private Dictionary<string, string> _settings;
    private int _generation;
    private InitialState? _initial;
    private Action<PostgresCluster>? _giveBack;
    private bool _wasStopped;

    private PostgresCluster(PostgresInstallation installation, string directory, ClusterOptions options)
    {
        Installation = installation;
        _directory = directory;
        _settings = new Dictionary<string, string>(options.Settings);
        DataDirectory = SandboxDirectory.CreatePrivate(directory, "data");
        SocketDirectory = SandboxDirectory.CreatePrivate(directory, "s");
        _guard = ServerGuard.Create(directory, installation, DataDirectory);
    }

    /// <summary>The server's version and programs.</summary>
    public PostgresInstallation Installation { get; }

    /// <summary>127.0.0.1; it also listens on ::1 where <see cref="LoopbackPort.HasIPv6"/>.</summary>
    public string Host { get; } = "127.0.0.1";

    /// <summary>The TCP port; stays the same over a restart.</summary>
    public int Port { get; private set; }

    /// <summary>Holds the Unix-domain socket; only the server's account and root may enter.</summary>
    public string SocketDirectory { get; }

    /// <summary>Where pg_hba.conf, server.crt and server.key are.</summary>
    public string DataDirectory { get; }

    /// <summary>What the server wrote so far.</summary>
    public string LogPath => ServerGuard.LogPath(_directory);

    /// <summary>The postmaster's process id.</summary>
    public int ProcessId => _guard.ProcessId;

    /// <summary>The path of pg_hba.conf.</summary>
    public string HbaPath => Path.Combine(DataDirectory, "pg_hba.conf");

    private IPEndPoint Tcp => new(IPAddress.Loopback, Port);

    /// <summary>Starts a cluster and waits until it accepts connections.</summary>
    /// <exception cref="SandboxException">It did not start; the message ends with its log.</exception>
    public static async Task<PostgresCluster> StartAsync(PostgresInstallation installation, ClusterOptions? options = null)
    {
        options ??= new ClusterOptions();
        var cluster = new PostgresCluster(installation, SandboxDirectory.Create(), options);
        try
        {
            await DataDirectoryTemplate.CopyToAsync(installation, cluster.DataDirectory);
            if (WindowsWays.Apply)
                await cluster.StartWithRoleAsync();
            cluster.WriteHba(options.Hba ?? TrustEverybody);
            await (WindowsWays.Apply ? cluster.ReloadAsync() : cluster.StartOnFreePortAsync());
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a standby, and waits until it accepts connections. It begins where initdb ended, as its primary did.</summary>
    /// <param name="installation">The primary's.</param>
    /// <param name="options">The primary must keep all that it wrote (wal_keep_size).</param>
    /// <param name="primary">How it reaches the primary (primary_conninfo).</param>
    /// <exception cref="SandboxException">It did not start; the message ends with its log.</exception>
    public static async Task<PostgresCluster> StartStandbyAsync(PostgresInstallation installation, ClusterOptions options, string primary)
    {
        var settings = new Dictionary<string, string>(options.Settings) { ["primary_conninfo"] = primary };
        var cluster = new PostgresCluster(installation, SandboxDirectory.Create(), options with { Settings = settings });
        try
        {
            await DataDirectoryTemplate.CopyToAsync(installation, cluster.DataDirectory);
            SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "standby.signal"), "");
            cluster.WriteHba(options.Hba ?? TrustEverybody);
            await cluster.StartOnFreePortAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a cluster that <see cref="DisposeAsync"/> does not end but gives back, for <see cref="TryRentAgainAsync"/>.</summary>
    internal static async Task<PostgresCluster> StartRentedAsync(
        PostgresInstallation installation, ClusterOptions options, Action<PostgresCluster> giveBack)
    {
        PostgresCluster cluster = await StartAsync(installation, options);
        cluster._initial = await InitialState.OfAsync(cluster);
        cluster._giveBack = giveBack;
        return cluster;
    }

    /// <summary>
    /// Makes a cluster that was given back as new again, with other rules. False where something of the last test stays: it is to be ended.
    /// </summary>
    internal async Task<bool> TryRentAgainAsync(ClusterOptions options, Action<PostgresCluster> giveBack)
    {
        try
        {
            if (_wasStopped || _guard.Exited.IsCompleted)
                return false;
            _initial!.RestoreFiles();
            _settings = new Dictionary<string, string>(options.Settings);
            WriteHba(options.Hba ?? TrustEverybody);
            await ReloadAsync();
            if (!await _initial.RestoreCatalogsAsync())
                return false;
            // The server appends to it.
            await File.WriteAllTextAsync(LogPath, "");
            _giveBack = giveBack;
            return true;
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>Ends the server at once and removes its files, also where it was rented.</summary>
    internal ValueTask EndAsync() => _guard.DisposeAsync();

    /// <summary>
    /// Changes settings (null removes one) and reloads. Those that need it take effect with <see cref="RestartAsync"/>.
    /// </summary>
    public async Task ConfigureAsync(IReadOnlyDictionary<string, string?> settings)
    {
        foreach ((string name, string? value) in settings)
        {
            if (value is null)
                _settings.Remove(name);
            else
                _settings[name] = value;
        }
        await ReloadAsync();
    }

    /// <summary>
    /// Replaces pg_hba.conf, below one line that keeps the sandbox itself in (superuser postgres over the socket), and reloads.
    /// </summary>
    /// <exception cref="SandboxException">The server refused the new file.</exception>
    public async Task SetHbaAsync(params IReadOnlyList<string> lines)
    {
        long before = LogLength();
        WriteHba(lines);
        await ReloadAsync();
        if (ServerGuard.ReadLog(_directory, before).Contains("pg_hba.conf was not reloaded", StringComparison.Ordinal))
            throw Failure("The server refused pg_hba.conf.");
    }

    /// <summary>
    /// Makes the server read its files again, and returns when new connections see the result. What it refused is in the log
    /// only.
    /// </summary>
    public async Task ReloadAsync()
    {
        WriteSettings();
        if (WindowsWays.Apply)
            await PgCtlAsync("reload");
        else
            Posix.Signal(ProcessId, Posix.SigHup);

        string expected = _generation.ToString(CultureInfo.InvariantCulture);
        for (DateTime deadline = DateTime.UtcNow + ReloadTimeout; ; await Task.Delay(Pause))
        {
            if ((await QueryAsync($"SELECT current_setting('{GenerationSetting}')"))[0][0] == expected)
                return;
            if (DateTime.UtcNow > deadline)
                throw Failure("The server did not take over its new settings.");
        }
    }

    /// <summary>Stops the server, breaking its connections, and leaves its files.</summary>
    public async Task StopAsync()
    {
        _wasStopped = true;
        if (WindowsWays.Apply)
            await PgCtlAsync("stop");
        else
            Posix.Signal(ProcessId, Posix.SigInt);
        await _guard.Exited.WaitAsync(ReadyTimeout);
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same port.</summary>
    /// <exception cref="SandboxException">It did not start; the message ends with its log.</exception>
    public async Task StartAgainAsync()
    {
        WriteSettings();
        if (!await TryStartAsync())
            throw Failure("The server did not start again.");
    }

    /// <summary>Stops and starts it, on the same port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Runs SQL as superuser postgres over the socket.</summary>
    /// <returns>The rows of all statements, each value as the server prints it, null for NULL.</returns>
    /// <exception cref="SandboxException">The server's error.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, string database = "postgres")
    {
        await using SqlConversation conversation = await ConnectAsync(Encoding.UTF8, database);
        return await conversation.QueryAsync(sql);
    }

    /// <summary>A connection as superuser postgres over the socket, for more than one query.</summary>
    /// <param name="encoding">What the bytes of values mean; Latin-1 for a character per byte.</param>
    /// <param name="database">The database.</param>
    public Task<SqlConversation> ConnectAsync(Encoding encoding, string database = "postgres") => WindowsWays.Apply
        ? SqlConversation.OpenAsync(Tcp, database, encoding, WindowsWays.Role)
        : SqlConversation.OpenAsync(
            new UnixDomainSocketEndPoint(Path.Combine(SocketDirectory, $".s.PGSQL.{Port}")), database, encoding);

    /// <summary>What the server wrote so far, or from a position in the file on.</summary>
    public string ReadLog(long from = 0) => ServerGuard.ReadLog(_directory, from);

    /// <summary>Ends the server at once and removes its files; one that was rented waits for whoever rents it next.</summary>
    public ValueTask DisposeAsync()
    {
        if (_initial is null)
            return EndAsync();
        // Once only: two tests must not get it.
        Interlocked.Exchange(ref _giveBack, null)?.Invoke(this);
        return ValueTask.CompletedTask;
    }

    private async Task StartWithRoleAsync()
    {
        WriteHba(["host all postgres 127.0.0.1/32 trust"]);
        await StartOnFreePortAsync();
        await using SqlConversation conversation = await SqlConversation.OpenAsync(Tcp, "postgres", Encoding.UTF8);
        await conversation.QueryAsync($"CREATE ROLE {WindowsWays.Role} SUPERUSER LOGIN");
    }

    private async Task StartOnFreePortAsync()
    {
        for (int attempt = 1; ; attempt++)
        {
            Port = LoopbackPort.FindFree();
            WriteSettings();
            if (await TryStartAsync())
                return;
            if (attempt == PortAttempts || !ReadLog().Contains("could not bind", StringComparison.Ordinal))
                throw Failure("The server did not start.");
        }
    }

    // Like pg_ctl: the last line of postmaster.pid tells when connections are accepted (pg_ctl.c, wait_for_postmaster_start).
    private async Task<bool> TryStartAsync()
    {
        long before = LogLength();
        await _guard.StartAsync();
        for (DateTime deadline = DateTime.UtcNow + ReadyTimeout; DateTime.UtcNow < deadline; await Task.Delay(Pause))
        {
            if (_guard.Exited.IsCompleted)
                return false;
            if (!IsReady())
                continue;
            // With one of its two addresses taken, it starts with the other alone.
            if (!ServerGuard.ReadLog(_directory, before).Contains("could not bind", StringComparison.Ordinal))
                return true;
            await StopAsync();
            return false;
        }
        throw Failure("The server was not ready in time.");
    }

    private bool IsReady()
    {
        string path = Path.Combine(DataDirectory, "postmaster.pid");
        try
        {
            string[] lines = File.ReadAllLines(path);
            return lines.Length >= 8 && lines[0] == ProcessId.ToString(CultureInfo.InvariantCulture)
                && lines[7].TrimEnd() is "ready" or "standby";
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Windows has no signals; pg_ctl has a substitute for them.
    private async Task PgCtlAsync(string command) =>
        (await ServerAccount.RunAsync(Installation.Program("pg_ctl"), [command, "-D", DataDirectory]))
        .OrThrow($"pg_ctl {command}");

    private void WriteSettings()
    {
        _generation++;
        string text = ServerSettings.Format(Installation.Major, Port, SocketDirectory, _settings)
            + $"{GenerationSetting} = {_generation}\n";
        SandboxDirectory.WritePrivate(Path.Combine(DataDirectory, "postgresql.conf"), text);
    }

    private void WriteHba(IEnumerable<string> lines) =>
        SandboxDirectory.WritePrivate(HbaPath, string.Join('\n', lines.Prepend(WindowsWays.HbaLine)) + "\n");

    private long LogLength() => File.Exists(LogPath) ? new FileInfo(LogPath).Length : 0;

    internal SandboxException Failure(string message)
    {
        string log = ReadLog();
        string end = log[Math.Max(0, log.Length - 2000)..];
        return new SandboxException($"{message} (PostgreSQL {Installation.FullVersion})\n{end}");
    }
}
