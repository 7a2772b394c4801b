using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox;

/// <summary>A throw-away PgBouncer in front of a cluster: no passwords, its own certificate, ends with this process.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private static readonly string[] Candidates =
        ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);

    private readonly ServerGuard _guard;

    private PgBouncer(ServerGuard guard, int port, string iniPath, string socketDirectory) =>
        (_guard, Port, IniPath, SocketPath) = (guard, port, iniPath, Path.Combine(socketDirectory, $".s.PGSQL.{port}"));

    /// <summary>127.0.0.1.</summary>
    public string Host { get; } = "127.0.0.1";

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    /// <summary>pgbouncer.ini, in a directory of its own, with a pidfile beside it.</summary>
    public string IniPath { get; }

    /// <summary>The Unix-domain socket.</summary>
    public string SocketPath { get; }

    /// <summary>The path of the program, or why there is none.</summary>
    public static Availability<string> Find() => Candidates.FirstOrDefault(File.Exists) is { } program
        ? Availability.Of(program)
        : Availability.Missing<string>("PgBouncer is not installed (Debian: apt-get install pgbouncer).");

    /// <summary>Starts it and waits until it accepts connections.</summary>
    /// <param name="upstream">The cluster behind it, reached over its socket.</param>
    /// <param name="certificate">What clients are shown; null for TLS off.</param>
    /// <param name="clientTlsMode">client_tls_sslmode where there is a certificate: allow, prefer, require …</param>
    /// <param name="settings">Further settings, or others than the sandbox's.</param>
    /// <param name="users">The content of auth_file; null for none.</param>
    /// <param name="moreText">
    /// What the file ends with; <c>{more}</c> in it is the path of a second file, <c>{again}</c> all settings once more, as a second section
    /// [pgbouncer] needs them.
    /// </param>
    /// <param name="included">The second file.</param>
    /// <exception cref="SandboxException">Not installed, or it did not start.</exception>
    public static async Task<PgBouncer> StartAsync(
        PostgresCluster upstream, TestCertificate? certificate, string clientTlsMode = "prefer", IReadOnlyDictionary<string, string>? settings = null,
        string? users = null, string moreText = "", string included = "")
    {
        string program = Find() is { IsAvailable: true } found ? found.Value : throw new SandboxException(Find().Reason);
        string directory = SandboxDirectory.Create();
        int port = LoopbackPort.FindFree();
        string files = SandboxDirectory.CreatePrivate(directory, "conf"), sockets = SandboxDirectory.CreatePrivate(directory, "s");
        string ini = Path.Combine(files, "pgbouncer.ini"), more = Path.Combine(files, "more.ini");
        var all = new Dictionary<string, string>
        {
            ["listen_addr"] = "127.0.0.1",
            ["listen_port"] = $"{port}",
            ["unix_socket_dir"] = sockets,
            ["pidfile"] = Path.Combine(files, "pgbouncer.pid"),
            ["auth_type"] = "any",
            ["ignore_startup_parameters"] = "extra_float_digits",
        };
        if (users is not null)
            SandboxDirectory.WritePrivate(all["auth_file"] = Path.Combine(files, "users.txt"), users);
        foreach ((string name, string value) in settings ?? new Dictionary<string, string>())
            all[name] = value;
        string again = string.Concat(all.Select(setting => $"{setting.Key} = {setting.Value}\n")) + TlsSettings(files, certificate, clientTlsMode);
        string databases = $"[databases]\n* = host={upstream.SocketDirectory} port={upstream.Port} user=postgres\n";
        SandboxDirectory.WritePrivate(more, included.Replace("{again}", again, StringComparison.Ordinal));
        SandboxDirectory.WritePrivate(
            ini,
            databases + "[pgbouncer]\n" + again
                + moreText.Replace("{again}", again, StringComparison.Ordinal).Replace("{more}", more, StringComparison.Ordinal));

        ServerGuard guard = ServerGuard.Create(directory, "TERM", program, [ini]);
        try
        {
            await guard.StartAsync();
            await WaitAsync(guard, port, all["pidfile"], directory);
            return new PgBouncer(guard, port, ini, sockets);
        }
        catch
        {
            await guard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once and removes its files.</summary>
    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    private static string TlsSettings(string directory, TestCertificate? certificate, string clientTlsMode)
    {
        if (certificate is null)
            return "";
        string crt = Path.Combine(directory, "client.crt");
        string key = Path.Combine(directory, "client.key");
        SandboxDirectory.WritePrivate(crt, certificate.ChainPem);
        SandboxDirectory.WritePrivate(key, certificate.KeyPem);
        return $"""
            client_tls_sslmode = {clientTlsMode}
            client_tls_cert_file = {crt}
            client_tls_key_file = {key}

            """;
    }

    // It listens before it writes its pidfile (main.c, main).
    private static async Task WaitAsync(ServerGuard guard, int port, string pidfile, string directory)
    {
        for (DateTime deadline = DateTime.UtcNow + ReadyTimeout; !guard.Exited.IsCompleted && DateTime.UtcNow < deadline; await Task.Delay(10))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                if (File.Exists(pidfile) && (await File.ReadAllTextAsync(pidfile)).EndsWith('\n'))
                    return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
        throw new SandboxException("PgBouncer did not start:\n" + ServerGuard.ReadLog(directory));
    }
}
