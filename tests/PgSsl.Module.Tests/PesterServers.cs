using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>The servers and certificates of <see cref="PesterSandbox"/>.</summary>
internal sealed class PesterServers
{
    // Old enough not to know direct TLS; the next one is from npm as well.
    private static readonly int[] Majors = [15, 16];

    // New enough to know it.
    private const int DirectMajor = 18;

    private const string Password = "S4ndbox-Passw0rd";

    private static readonly string[] Roles = ["anyone", "ssl_only", "plain_only", "with_certificate", "by_certificate"];

    private static readonly string[] HbaRules =
    [
        "host all postgres 127.0.0.1/32 trust",
        "host all all 0.0.0.0/0 trust",
        "host replication replicator 0.0.0.0/0 trust",
    ];

    // Bound and not listening: the system refuses connections, and gives the port to nobody else.
    private static readonly Socket Closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private readonly TestAuthority _root = TestAuthority.CreateRoot("Pester Root CA");
    private readonly TestAuthority _issuer;
    private readonly TestAuthority _clientRoot = TestAuthority.CreateRoot("Pester Client CA");
    private readonly ConcurrentDictionary<string, string?> _description = new();

    private PesterServers() => _issuer = _root.CreateIntermediate("Pester Issuing CA");

    /// <summary>Starts them all.</summary>
    public static async Task<Availability<PesterServers>> StartAsync()
    {
        Availability<PostgresInstallation> installation = await PostgresInstallation.FindAsync(Majors[0]);
        if (!installation.IsAvailable)
            installation = await PostgresInstallation.FindAsync(Majors[1]);
        if (!installation.IsAvailable)
            return Availability.Missing<PesterServers>(installation.Reason);
        var servers = new PesterServers();
        await servers.StartAsync(installation.Value);
        return Availability.Of(servers);
    }

    /// <summary>What the Pester files call them, and where they are.</summary>
    public Dictionary<string, string?> Describe() => new(_description);

    /// <summary>Files to be written for the Pester files, by name.</summary>
    public Dictionary<string, string> Files
    {
        get
        {
            TestCertificate client = _clientRoot.Issue(new LeafOptions
            {
                CommonNames = ["by_certificate"],
                ExtendedKeyUsages = [LeafOptions.ClientAuthentication],
            });
            return new()
            {
                ["Root.crt"] = _root.CertificatePem,
                ["OtherRoot.crt"] = _clientRoot.CertificatePem,
                ["ClientCertificate.crt"] = client.CertificatePem,
                ["ClientKey.key"] = client.KeyPem,
                ["IssuerCertificate.crt"] = _issuer.CertificatePem,
                ["IssuerKey.key"] = _issuer.Certificate.KeyPem,
            };
        }
    }

    private async Task StartAsync(PostgresInstallation installation)
    {
        TestCertificate good = _issuer.Issue(LeafOptions.ForLoopback());
        TestCertificate selfSigned = TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback());
        TestCertificate expired = _issuer.Issue(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) });
        await Task.WhenAll(
            StartAsync("Good", installation, cluster => cluster.InstallCertificateAsync(good)),
            StartAsync("TlsOff", installation, _ => Task.CompletedTask),
            StartAsync("SelfSigned", installation, cluster => cluster.InstallCertificateAsync(selfSigned)),
            StartAsync("LeafOnly", installation, cluster => cluster.InstallCertificateAsync(good.CertificatePem, good.KeyPem)),
            StartAsync("Expired", installation, cluster => cluster.InstallCertificateAsync(expired)),
            StartAsync("AsksForCertificate", installation, cluster => cluster.InstallCertificateAsync(good, _clientRoot.CertificatePem)),
            StartRenewableAsync(installation, selfSigned),
            StartManagedAsync(installation),
            StartDirectAsync(good),
            StartHbaAsync(installation, good),
            StartSwitchedAsync(installation, good),
            StartDeployedAsync(installation, good));

        Closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _description["Closed"] = $"127.0.0.1:{((IPEndPoint)Closed.LocalEndPoint!).Port}";
        _description["Silent"] = Start(HostileScripts.Send([]));
        _description["Ssh"] = Start(HostileScripts.Send(Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2p1\r\n")));
        HostileServer counted = HostileServer.Start(HostileScripts.Send([]));
        _description["Counted"] = Name(counted);
        _description["OpenConnections"] = Start(
            Answering(() => Task.FromResult(counted.OpenConnections.ToString(CultureInfo.InvariantCulture))));

        string psql = installation.Program("psql");
        _description["Psql"] = File.Exists(psql) ? psql : LibpqShell.Write(SandboxDirectory.Create(), installation);
        _description["Major"] = installation.Major.ToString(CultureInfo.InvariantCulture);
        _description["Password"] = Password;
    }

    private async Task<PostgresCluster> StartAsync(string name, PostgresInstallation installation, Func<PostgresCluster, Task> prepare)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation, new ClusterOptions { Hba = Hba(name) });
        foreach (string role in Roles)
            await cluster.QueryAsync($"CREATE ROLE {role} LOGIN PASSWORD '{Password}'");
        await prepare(cluster);
        _description[name] = $"localhost:{cluster.Port}";
        _description[name + "Port"] = $"{cluster.Port}";
        return cluster;
    }

    private static string[] Hba(string name) => name == "AsksForCertificate"
        ?
        [
            "host all anyone samehost trust",
            "hostssl all with_certificate samehost trust clientcert=verify-ca",
            "hostssl all by_certificate samehost cert",
        ]
        :
        [
            "host all anyone samehost trust",
            "hostssl all ssl_only samehost scram-sha-256",
            "hostnossl all plain_only samehost md5",
        ];

    /// <summary>A connection to the port that the description calls <c>Renew</c> has this server serve a new certificate.</summary>
    private async Task StartRenewableAsync(PostgresInstallation installation, TestCertificate first)
    {
        PostgresCluster cluster = await StartAsync("Renewable", installation, it => it.InstallCertificateAsync(first));
        _description["Renew"] = Start(Answering(async () =>
        {
            TestCertificate renewed = _issuer.Issue(LeafOptions.ForLoopback());
            await cluster.InstallCertificateAsync(renewed);
            return renewed.Certificate.GetCertHashString(HashAlgorithmName.SHA256);
        }));
    }

    /// <summary>
    /// A server as a provider runs it: a root of its own that no machine has, and that only a URL in the intermediate leads to. The
    /// provider publishes its fingerprint.
    /// </summary>
    private async Task StartManagedAsync(PostgresInstallation installation)
    {
        TestAuthority root = TestAuthority.CreateRoot("Managed Root CA");
        byte[] certificate = root.Certificate.Certificate.RawData;
        TestAuthority issuer = root.CreateIntermediate("Managed Issuing CA", new AuthorityOptions
        {
            ExtraExtensions = [new X509AuthorityInformationAccessExtension(null, [$"http://{Start(Web(certificate))}/root.crt"])],
        });
        TestCertificate leaf = issuer.Issue(LeafOptions.ForLoopback());
        await StartAsync("Managed", installation, cluster => cluster.InstallCertificateAsync(leaf));
        _description["ManagedFingerprint"] = Convert.ToHexString(SHA256.HashData(certificate));
    }

    /// <summary>A web server with one page.</summary>
    private static ServerScript Web(byte[] page) => async (client, cancellation) =>
    {
        _ = await client.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, cancellation);
        string head = $"HTTP/1.1 200 OK\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n";
        await client.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. page], cancellation);
    };

    private async Task StartDirectAsync(TestCertificate certificate)
    {
        Availability<PostgresInstallation> installation = await PostgresInstallation.FindAsync(DirectMajor);
        if (installation.IsAvailable)
            await StartAsync("Direct", installation.Value, cluster => cluster.InstallCertificateAsync(certificate));
        else
            _description["DirectMissing"] = installation.Reason;
    }

    /// <summary>
    /// Servers for the cmdlets of pg_hba.conf, each with where its file and its socket are: one per Pester file that changes the file, and
    /// one whose rules stay. Life15 and Life18 have no TLS.
    /// </summary>
    private async Task StartHbaAsync(PostgresInstallation installation, TestCertificate certificate)
    {
        Availability<PostgresInstallation> newest = await PostgresInstallation.FindAsync(DirectMajor);
        await Task.WhenAll(
            StartHbaAsync("HbaChanged", installation, certificate),
            StartHbaAsync("HbaShown", installation, certificate),
            StartHbaAsync("HbaKept", newest.IsAvailable ? newest.Value : installation, certificate),
            newest.IsAvailable ? StartHbaAsync("HbaDirect", newest.Value, certificate) : Task.CompletedTask,
            StartHbaAsync("Life15", installation, null),
            newest.IsAvailable ? StartHbaAsync("Life18", newest.Value, null) : Task.CompletedTask);
    }

    /// <summary>Servers that get other certificates: PostgreSQL 15 (with a PgBouncer before it), 18, and one for the examples of the help.</summary>
    private async Task StartDeployedAsync(PostgresInstallation installation, TestCertificate certificate)
    {
        Availability<PostgresInstallation> newest = await PostgresInstallation.FindAsync(DirectMajor);
        await Task.WhenAll(
            StartPooledAsync(),
            StartHbaAsync("DeployedShown", installation, certificate),
            newest.IsAvailable ? StartHbaAsync("DeployedDirect", newest.Value, certificate) : Task.CompletedTask);

        async Task StartPooledAsync() => await StartPoolerAsync(await StartHbaAsync("Deployed", installation, certificate));
    }

    /// <summary>A PgBouncer whose TLS is off; role boss may use its admin console.</summary>
    private async Task StartPoolerAsync(PostgresCluster upstream)
    {
        if (PgBouncer.Find() is { IsAvailable: false, Reason: var reason })
        {
            _description["PoolerMissing"] = reason;
            return;
        }
        PgBouncer pooler = await PgBouncer.StartAsync(upstream, null, settings: new Dictionary<string, string> { ["admin_users"] = "boss" });
        _description["Pooler"] = $"{pooler.Host}:{pooler.Port}";
        _description["PoolerPort"] = $"{pooler.Port}";
        _description["PoolerIni"] = pooler.IniPath;
    }

    private async Task<PostgresCluster> StartHbaAsync(string name, PostgresInstallation installation, TestCertificate? certificate)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation, new ClusterOptions { Hba = HbaRules });
        await cluster.QueryAsync(
            $"""
            CREATE ROLE app LOGIN PASSWORD '{Password}'; CREATE ROLE auditor LOGIN; CREATE ROLE replicator LOGIN REPLICATION;
            CREATE ROLE admins; CREATE ROLE bob LOGIN IN ROLE admins;
            SET password_encryption = md5; CREATE ROLE legacy LOGIN PASSWORD '{Password}'
            """);
        if (certificate is not null)
            await cluster.InstallCertificateAsync(certificate);
        _description[name] = $"127.0.0.1:{cluster.Port}";
        _description[name + "Port"] = $"{cluster.Port}";
        _description[name + "File"] = cluster.HbaPath;
        _description[name + "Socket"] = cluster.SocketDirectory;
        _description[name + "Data"] = cluster.DataDirectory;
        return cluster;
    }

    /// <summary>Servers whose TLS is off, with a certificate in their data directories.</summary>
    private async Task StartSwitchedAsync(PostgresInstallation installation, TestCertificate certificate)
    {
        Availability<PostgresInstallation> newest = await PostgresInstallation.FindAsync(DirectMajor);
        await Task.WhenAll(
            StartAsync("Switched", installation),
            StartAsync("SwitchedShown", installation),
            StartAsync("SwitchedOff", installation),
            newest.IsAvailable ? StartAsync("SwitchedDirect", newest.Value) : Task.CompletedTask);

        async Task StartAsync(string name, PostgresInstallation version)
        {
            PostgresCluster cluster = await PostgresCluster.StartAsync(version, new ClusterOptions { Hba = HbaRules });
            SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.crt"), certificate.ChainPem);
            SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.key"), certificate.KeyPem);
            _description[name] = $"127.0.0.1:{cluster.Port}";
            _description[name + "Port"] = $"{cluster.Port}";
            _description[name + "Socket"] = cluster.SocketDirectory;
            _description[name + "Directory"] = cluster.DataDirectory;
        }
    }

    /// <summary>Does something for each connection, tells the outcome, and hangs up.</summary>
    private static ServerScript Answering(Func<Task<string>> command) => async (client, cancellation) =>
        await client.WriteAsync(Encoding.UTF8.GetBytes(await command()), cancellation);

    private static string Start(ServerScript script) => Name(HostileServer.Start(script));

    private static string Name(HostileServer server) => $"{server.Host}:{server.Port}";
}
