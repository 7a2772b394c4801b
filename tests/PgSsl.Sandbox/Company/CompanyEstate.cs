using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox.Company;

/// <summary>
/// Eight servers as a company has them, and one that is down: self-signed, of a private CA, without TLS, about to expire, a primary and its
/// standby, a PgBouncer, a load balancer. docs/guides does its jobs on them. They end with this process.
/// </summary>
public sealed class CompanyEstate : IAsyncDisposable
{
    /// <summary>The password of the roles app, reports and replicator.</summary>
    public const string Password = "S4ndbox-Passw0rd";

    private readonly TestAuthority _root = TestAuthority.CreateRoot("Corp Root CA");
    private readonly TestAuthority _issuer;
    private readonly List<IAsyncDisposable> _running = [];

    // Bound and not listening: the system refuses connections, and gives the port to nobody else.
    private readonly Socket _closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private CompanyEstate()
    {
        _issuer = _root.CreateIntermediate("Corp Issuing CA");
        Directory = SandboxDirectory.Create();
        // For whoever does not dispose it, as tests that share one.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DeleteDirectory();
    }

    /// <summary>
    /// Holds servers.csv, pg_service.conf, corp-root.crt, the issuing CA (ca/issuing.crt and .key), the standby's password file, an empty home,
    /// and estate.ps1, which gives a PowerShell session all that. With OpenSSH also jump.ssh (for ssh -F) and jump.psd1 (for New-PSSession).
    /// </summary>
    public string Directory { get; }

    /// <summary>The script that a session begins with.</summary>
    public string SessionScript => Path.Combine(Directory, "estate.ps1");

    /// <summary>All rows of servers.csv; without a pooler where PgBouncer is not installed.</summary>
    public IReadOnlyList<CompanyServer> Servers { get; private set; } = [];

    /// <summary>Starts all servers side by side.</summary>
    /// <exception cref="SandboxException">One did not start; none is left running.</exception>
    public static async Task<CompanyEstate> StartAsync(PostgresInstallation installation)
    {
        var estate = new CompanyEstate();
        try
        {
            await estate.RunAsync(installation);
            return estate;
        }
        catch
        {
            await estate.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _closed.Dispose();
        await Task.WhenAll(_running.Select(server => server.DisposeAsync().AsTask()));
        DeleteDirectory();
    }

    private void DeleteDirectory()
    {
        try
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        catch (IOException)
        {
            // It is gone, or a program that ends at this moment holds a file yet; the next run sweeps.
        }
    }

    private async Task RunAsync(PostgresInstallation installation)
    {
        _closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Task<PostgresCluster>
            wiki = StartAsync(installation, new ClusterOptions(), TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback())),
            orders = StartAsync(installation, CompanySettings.Passwords, Issue(days: 200)),
            legacy = StartAsync(installation, new ClusterOptions(), null),
            shop = StartAsync(installation, new ClusterOptions(), Issue(days: 5)),
            billing = StartAsync(installation, CompanySettings.Primary, Issue(days: 150)),
            standby = StartStandbyAsync(installation, billing);
        PostgresCluster[] clusters = await Task.WhenAll(wiki, orders, legacy, shop, billing, standby);
        PgBouncer? pool = await StartPoolAsync(await orders);
        int balanced = await StartBalancerAsync((await billing).Port, (await standby).Port);

        Servers =
        [
            new("wiki", (await wiki).Port, "IT", "self-signed, as the installer left it"),
            new("orders", (await orders).Port, "Sales", "certificate of the company's CA; passwords"),
            new("legacy", (await legacy).Port, "Archive", "TLS is off"),
            new("shop", (await shop).Port, "Sales", "expires in days"),
            new("billing", (await billing).Port, "Finance", "primary"),
            new("billing-standby", (await standby).Port, "Finance", "standby of billing"),
            .. pool is null ? (CompanyServer[])[] : [new("pool", pool.Port, "Sales", "PgBouncer in front of orders")],
            new("reports", balanced, "Finance", "load balancer in front of billing and billing-standby"),
            new("old-crm", ((IPEndPoint)_closed.LocalEndPoint!).Port, "nobody knows", "down"),
        ];
        await WriteAsync(pool?.IniPath);
        if (SshServer.Find().IsAvailable)
            await StartJumpHostAsync();
    }

    private async Task StartJumpHostAsync()
    {
        SshServer jump = Started(await SshServer.StartAsync(Path.Combine(Directory, "modules")));
        await File.WriteAllTextAsync(Path.Combine(Directory, "jump.ssh"), jump.ClientConfiguration);
        await File.WriteAllTextAsync(Path.Combine(Directory, "jump.psd1"), jump.SessionParameters);
    }

    private async Task WriteAsync(string? pgBouncerIni)
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "home"));
        string modules = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "modules")).FullName;
        System.IO.Directory.CreateSymbolicLink(Path.Combine(modules, "PgSsl"), Module());
        string ca = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "ca")).FullName;
        await File.WriteAllTextAsync(Path.Combine(ca, "issuing.crt"), _issuer.CertificatePem);
        await File.WriteAllTextAsync(Path.Combine(ca, "issuing.key"), _issuer.Certificate.KeyPem);
        await File.WriteAllTextAsync(Path.Combine(Directory, "corp-root.crt"), _root.CertificatePem);
        await File.WriteAllLinesAsync(
            Path.Combine(Directory, "servers.csv"),
            Servers.Select(server => $"{server.Name},{server.Endpoint},{server.Owner},{server.Purpose}").Prepend("Name,Endpoint,Owner,Purpose"));
        await File.WriteAllTextAsync(Path.Combine(Directory, "pg_service.conf"), string.Concat(Servers.Select(server => server.Service)));
        await File.WriteAllTextAsync(SessionScript, CompanySettings.SessionScript(pgBouncerIni));
    }

    // A folder that is called PgSsl, as that of a module must be; the working copy's own may have any name.
    private static string Module() => Environment.GetEnvironmentVariable("PGSSL_TEST_MODULE") is { Length: > 0 } tested
        ? Path.GetFullPath(tested)
        : Repository.Root;

    private TestCertificate Issue(int days) =>
        _issuer.Issue(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddDays(days).AddHours(1) });

    private async Task<PostgresCluster> StartAsync(PostgresInstallation installation, ClusterOptions options, TestCertificate? certificate)
    {
        PostgresCluster cluster = Started(await PostgresCluster.StartAsync(installation, options));
        await cluster.QueryAsync(CompanySettings.Roles);
        await cluster.QueryAsync("CREATE DATABASE orders OWNER app");
        if (certificate is not null)
            await cluster.InstallCertificateAsync(certificate, caPem: options == CompanySettings.Primary ? _root.CertificatePem : null);
        return cluster;
    }

    private async Task<PostgresCluster> StartStandbyAsync(PostgresInstallation installation, Task<PostgresCluster> primary)
    {
        PostgresCluster cluster = Started(await PostgresCluster.StartStandbyAsync(
            installation, CompanySettings.Standby, $"host=127.0.0.1 port={(await primary).Port} user=replicator password='{Password}'"));
        await cluster.InstallCertificateAsync(Issue(days: 150));
        return cluster;
    }

    private async Task<PgBouncer?> StartPoolAsync(PostgresCluster upstream) =>
        PgBouncer.Find().IsAvailable ? Started(await PgBouncer.StartAsync(upstream, Issue(days: 20))) : null;

    private async Task<int> StartBalancerAsync(params int[] ports) => HaProxy.Find().IsAvailable
        ? Started(await HaProxy.StartAsync(ports)).Port
        : Started(LoadBalancer.Start(ports)).Port;

    private T Started<T>(T server) where T : IAsyncDisposable
    {
        lock (_running)
            _running.Add(server);
        return server;
    }
}
