using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox;

/// <summary>A throw-away HAProxy that takes turns among servers, byte by byte, and ends with this process.</summary>
public sealed class HaProxy : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/opt/homebrew/bin/haproxy"];
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);

    private readonly ServerGuard _guard;

    private HaProxy(ServerGuard guard, int port) => (_guard, Port) = (guard, port);

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The path of the program, or why there is none.</summary>
    public static Availability<string> Find() => Candidates.FirstOrDefault(File.Exists) is { } program
        ? Availability.Of(program)
        : Availability.Missing<string>("HAProxy is not installed (Debian: apt-get install haproxy).");

    /// <summary>Starts it and waits until it accepts connections.</summary>
    /// <param name="ports">The ports of the servers.</param>
    /// <exception cref="SandboxException">Not installed, or it did not start.</exception>
    public static async Task<HaProxy> StartAsync(params int[] ports)
    {
        string program = Find() is { IsAvailable: true } found ? found.Value : throw new SandboxException(Find().Reason);
        string directory = SandboxDirectory.Create();
        string configuration = Path.Combine(SandboxDirectory.CreatePrivate(directory, "conf"), "haproxy.cfg");
        int port = LoopbackPort.FindFree();
        SandboxDirectory.WritePrivate(configuration, Configuration(port, ports));
        ServerGuard guard = ServerGuard.Create(directory, "TERM", program, ["-db", "-f", configuration]);
        try
        {
            await guard.StartAsync();
            await WaitAsync(guard, port, directory);
            return new HaProxy(guard, port);
        }
        catch
        {
            await guard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once and removes its files.</summary>
    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    private static string Configuration(int port, int[] ports) =>
        $"""
        defaults
            mode tcp
            timeout connect 5s
            timeout client 5m
            timeout server 5m
        listen postgres
            bind 127.0.0.1:{port}
            balance roundrobin

        """ + string.Concat(ports.Select((server, index) => $"    server server{index} 127.0.0.1:{server}\n"));

    private static async Task WaitAsync(ServerGuard guard, int port, string directory)
    {
        for (DateTime deadline = DateTime.UtcNow + ReadyTimeout; !guard.Exited.IsCompleted && DateTime.UtcNow < deadline; await Task.Delay(10))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
        throw new SandboxException("HAProxy did not start:\n" + ServerGuard.ReadLog(directory));
    }
}
