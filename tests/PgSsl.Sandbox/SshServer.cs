using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox;

/// <summary>
/// A throw-away OpenSSH server on 127.0.0.1, with keys of its own, for this account alone: PowerShell remoting, and tunnels. It ends with this
/// process, and never is a service of the system.
/// </summary>
public sealed class SshServer : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"];
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);

    // Where sshd locks itself up when it runs as root (sshd.c, "Missing privilege separation directory"); a service makes it at its start.
    private const string PrivilegeSeparation = "/run/sshd";

    private readonly ServerGuard _guard;

    private SshServer(ServerGuard guard, int port, string keyPath, string knownHostsPath) =>
        (_guard, Port, KeyPath, KnownHostsPath) = (guard, port, keyPath, knownHostsPath);

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The private key that lets this account in.</summary>
    public string KeyPath { get; }

    /// <summary>A known_hosts file with its host key.</summary>
    public string KnownHostsPath { get; }

    /// <summary>For <c>ssh -F</c>: the host <c>jump</c>.</summary>
    internal string ClientConfiguration =>
        $"""
        Host jump
            HostName 127.0.0.1
            Port {Port}
            User {Environment.UserName}
            IdentityFile {KeyPath}
            IdentitiesOnly yes
            UserKnownHostsFile {KnownHostsPath}
            StrictHostKeyChecking yes

        """;

    /// <summary>For New-PSSession, as a data file of PowerShell: the same host.</summary>
    internal string SessionParameters =>
        $$"""
        @{
            HostName    = '127.0.0.1'
            Port        = {{Port}}
            UserName    = '{{Environment.UserName}}'
            KeyFilePath = '{{KeyPath}}'
            Options     = @{ UserKnownHostsFile = '{{KnownHostsPath}}'; StrictHostKeyChecking = 'yes' }
        }

        """;

    /// <summary>The path of the program, or why there is none.</summary>
    public static Availability<string> Find()
    {
        if (OperatingSystem.IsWindows())
            return Availability.Missing<string>("The sandbox starts no OpenSSH server on Windows.");
        return Candidates.FirstOrDefault(File.Exists) is { } program && ProcessRunner.IsOnPath("ssh")
            ? Availability.Of(program)
            : Availability.Missing<string>("OpenSSH is not installed (Debian: apt-get install openssh-server openssh-client).");
    }

    /// <summary>Starts it and waits until it accepts connections. Its subsystem powershell is the PowerShell of the tests.</summary>
    /// <param name="modules">A directory of modules for this PowerShell; null for none.</param>
    /// <exception cref="SandboxException">Not installed, or it did not start.</exception>
    public static async Task<SshServer> StartAsync(string? modules = null)
    {
        string program = Find() is { IsAvailable: true } found ? found.Value : throw new SandboxException(Find().Reason);
        string directory = SandboxDirectory.Create();
        string hostKey = Path.Combine(directory, "host"), clientKey = Path.Combine(directory, "client");
        await CreateKeyAsync(hostKey);
        await CreateKeyAsync(clientKey);
        int port = LoopbackPort.FindFree();
        string knownHosts = Path.Combine(directory, "known_hosts");
        await File.WriteAllTextAsync(knownHosts, $"[127.0.0.1]:{port} {await File.ReadAllTextAsync(hostKey + ".pub")}");
        string configuration = Path.Combine(directory, "sshd_config");
        await File.WriteAllTextAsync(configuration, Configuration(port, hostKey, clientKey + ".pub", modules));
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
            Directory.CreateDirectory(PrivilegeSeparation);
        // As ourselves, also if that is root: it lets in no other account than its own, and that account needs the PowerShell of the tests.
        var guard = new WatchdogServerGuard(directory, "TERM", program, ["-D", "-e", "-f", configuration]);
        try
        {
            await guard.StartAsync();
            await WaitAsync(guard, port, directory);
            return new SshServer(guard, port, clientKey, knownHosts);
        }
        catch
        {
            await guard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once and removes its files.</summary>
    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    private static async Task CreateKeyAsync(string path)
    {
        ProcessResult made = await ProcessRunner.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
        if (made.ExitCode != 0)
            throw new SandboxException($"ssh-keygen: {made.StandardError}");
    }

    private static string Configuration(int port, string hostKey, string authorizedKeys, string? modules) =>
        $"""
        Port {port}
        ListenAddress 127.0.0.1
        HostKey {hostKey}
        AuthorizedKeysFile {authorizedKeys}
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        MaxStartups 100
        Subsystem powershell {PowerShellProgram.Find().CommandLine("-sshs")}
        SetEnv {PowerShellProgram.Find().EnvironmentLine}{(modules is null ? "" : $" \"PSModulePath={modules}\"")}

        """;

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
        throw new SandboxException("sshd did not start:\n" + ServerGuard.ReadLog(directory));
    }
}
