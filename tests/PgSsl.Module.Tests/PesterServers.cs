using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Sandbox;
using PgSsl.Sandbox.Company;

namespace PgSsl.Tests;

/// <summary>Starts the servers, and makes the certificates, that <see cref="PesterDescription"/> names.</summary>
internal sealed class PesterServers
{
    // Old enough not to know direct TLS; the next one is from npm as well.
    private static readonly int[] Majors = [15, 16];

    // New enough to know it.
    private const int DirectMajor = 18;

    private const string Password = "S4ndbox-Passw0rd";

    private static readonly string[] Roles = ["anyone", "ssl_only", "plain_only", "with_certificate", "by_certificate"];

    private static readonly string[] Hba =
    [
        "host all anyone samehost trust",
        "hostssl all ssl_only samehost scram-sha-256",
        "hostnossl all plain_only samehost md5",
    ];

    private static readonly string[] HbaOfCertificates =
    [
        "host all anyone samehost trust",
        "hostssl all with_certificate samehost trust clientcert=verify-ca",
        "hostssl all by_certificate samehost cert",
    ];

    private static readonly string[] ChangedHba =
    [
        "host all postgres 127.0.0.1/32 trust",
        "host all all 0.0.0.0/0 trust",
        "host replication replicator 0.0.0.0/0 trust",
    ];

    private static readonly string[] PoolModes = ["session", "transaction", "statement"];

    // Bound and not listening: the system refuses connections, and gives the port to nobody else.
    private static readonly Socket Closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private readonly TestAuthority _root = TestAuthority.CreateRoot("Pester Root CA");
    private readonly TestAuthority _issuer;
    private readonly TestAuthority _clientRoot = TestAuthority.CreateRoot("Pester Client CA");

    private readonly TestCertificate _good;

    private PesterServers()
    {
        _issuer = _root.CreateIntermediate("Pester Issuing CA");
        _good = _issuer.Issue(LeafOptions.ForLoopback());
    }

    /// <summary>Starts them all, and describes them.</summary>
    /// <param name="write">Writes a file of that name and text, and returns its path.</param>
    public static async Task<Availability<PesterDescription>> StartAsync(Func<string, string, string> write)
    {
        Availability<PostgresInstallation> installation = await PostgresInstallation.FindAsync(Majors[0]);
        if (!installation.IsAvailable)
            installation = await PostgresInstallation.FindAsync(Majors[1]);
        return installation.IsAvailable
            ? Availability.Of(await new PesterServers().StartAsync(installation.Value, write))
            : Availability.Missing<PesterDescription>(installation.Reason);
    }

    private async Task<PesterDescription> StartAsync(PostgresInstallation old, Func<string, string, string> write)
    {
        Availability<PostgresInstallation> newest = await PostgresInstallation.FindAsync(DirectMajor);
        async Task<PesterServer?> OnNewestAsync(Func<PostgresInstallation, Task<PesterServer>> start) =>
            newest.IsAvailable ? await start(newest.Value) : null;

        TestCertificate selfSigned = TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback());
        TestCertificate expired = _issuer.Issue(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) });
        TestAuthority managedRoot = TestAuthority.CreateRoot("Managed Root CA");

        // They start side by side.
        Task<PesterServer>
            good = StartServingAsync(old, _good),
            tlsOff = StartAsync(old, Hba, _ => Task.CompletedTask),
            selfSignedServer = StartServingAsync(old, selfSigned),
            leafOnly = StartAsync(old, Hba, cluster => cluster.InstallCertificateAsync(_good.CertificatePem, _good.KeyPem)),
            expiredServer = StartServingAsync(old, expired),
            asksForCertificate = StartAsync(
                old, HbaOfCertificates, cluster => cluster.InstallCertificateAsync(_good, _clientRoot.CertificatePem)),
            renewable = StartServingAsync(old, selfSigned),
            managed = StartServingAsync(old, IssueManaged(managedRoot)),
            hbaChanged = StartHbaAsync(old, _good),
            hbaShown = StartHbaAsync(old, _good),
            hbaKept = StartHbaAsync(newest.IsAvailable ? newest.Value : old, _good),
            life15 = StartHbaAsync(old, null),
            switched = StartSwitchedAsync(old),
            switchedShown = StartSwitchedAsync(old),
            switchedOff = StartSwitchedAsync(old),
            deployed = StartHbaAsync(old, _good),
            deployedShown = StartHbaAsync(old, _good),
            job = StartHbaAsync(old, _good),
            trapped = StartTrappedAsync(old);
        Task<PesterServer?>
            direct = OnNewestAsync(version => StartServingAsync(version, _good)),
            hbaDirect = OnNewestAsync(version => StartHbaAsync(version, _good)),
            life18 = OnNewestAsync(version => StartHbaAsync(version, null)),
            switchedDirect = OnNewestAsync(StartSwitchedAsync),
            deployedDirect = OnNewestAsync(version => StartHbaAsync(version, _good));
        Availability<PgBouncer> pooler = await StartPoolerAsync(await deployed);
        string?[] pools = [.. await Task.WhenAll(PoolModes.Select(async mode => await StartPoolAsync(await trapped, mode)))];

        Availability<SshServer> ssh = await StartSshAsync();
        HostileServer counted = HostileServer.Start(HostileScripts.Send([]));
        Closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        TestCertificate client = IssueClient();
        string psql = old.Program("psql");
        return new PesterDescription
        {
            Major = old.Major.ToString(CultureInfo.InvariantCulture),
            Password = Password,
            Psql = File.Exists(psql) ? psql : LibpqShell.Write(SandboxDirectory.Create(), old),

            Good = await good,
            TlsOff = await tlsOff,
            SelfSigned = await selfSignedServer,
            LeafOnly = await leafOnly,
            Expired = await expiredServer,
            AsksForCertificate = await asksForCertificate,
            Direct = await direct,
            DirectMissing = newest.IsAvailable ? null : newest.Reason,

            Renewable = await renewable,
            Renew = StartRenewing((await renewable).Cluster),
            Managed = await managed,
            ManagedFingerprint = managedRoot.Certificate.Certificate.GetCertHashString(HashAlgorithmName.SHA256),

            HbaChanged = await hbaChanged,
            HbaDirect = await hbaDirect,
            HbaShown = await hbaShown,
            HbaKept = await hbaKept,
            Life15 = await life15,
            Life18 = await life18,

            Switched = await switched,
            SwitchedDirect = await switchedDirect,
            SwitchedOff = await switchedOff,
            SwitchedShown = await switchedShown,

            Deployed = await deployed,
            DeployedDirect = await deployedDirect,
            DeployedShown = await deployedShown,
            Job = await job,
            Pooler = pooler.IsAvailable ? $"{pooler.Value.Host}:{pooler.Value.Port}" : null,
            PoolerPort = pooler.IsAvailable ? $"{pooler.Value.Port}" : null,
            PoolerIni = pooler.IsAvailable ? pooler.Value.IniPath : null,
            PoolerMissing = pooler.IsAvailable ? null : pooler.Reason,

            Balanced = $"127.0.0.1:{LoadBalancer.Start((await hbaKept).Cluster.Port, (await trapped).Cluster.Port).Port}",

            Trapped = await trapped,
            SessionPool = pools[0],
            TransactionPool = pools[1],
            StatementPool = pools[2],

            Closed = $"127.0.0.1:{((IPEndPoint)Closed.LocalEndPoint!).Port}",
            SshPort = ssh.IsAvailable ? $"{ssh.Value.Port}" : null,
            SshKey = ssh.IsAvailable ? ssh.Value.KeyPath : null,
            SshKnownHosts = ssh.IsAvailable ? ssh.Value.KnownHostsPath : null,
            SshMissing = ssh.IsAvailable ? null : ssh.Reason,
            Silent = Start(HostileScripts.Send([])),
            Ssh = Start(HostileScripts.Send(Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2p1\r\n"))),
            Rude = Start(HostileScripts.ErrorResponse("ev\u001b[2J\a\u009b\u202E\u200B\u2028il\nFORGED")),
            Counted = Name(counted),
            OpenConnections = Start(
                Answering(() => Task.FromResult(counted.OpenConnections.ToString(CultureInfo.InvariantCulture)))),

            Estate = StartEstate(old),

            Root = write("Root.crt", _root.CertificatePem),
            OtherRoot = write("OtherRoot.crt", _clientRoot.CertificatePem),
            ClientCertificate = write("ClientCertificate.crt", client.CertificatePem),
            ClientKey = write("ClientKey.key", client.KeyPem),
            IssuerCertificate = write("IssuerCertificate.crt", _issuer.CertificatePem),
            IssuerKey = write("IssuerKey.key", _issuer.Certificate.KeyPem),
        };
    }

    private static Task<PesterServer> StartServingAsync(PostgresInstallation installation, TestCertificate certificate) =>
        StartAsync(installation, Hba, cluster => cluster.InstallCertificateAsync(certificate));

    private static async Task<PesterServer> StartAsync(
        PostgresInstallation installation, string[] rules, Func<PostgresCluster, Task> prepare)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation, new ClusterOptions { Hba = rules });
        foreach (string role in Roles)
            await cluster.QueryAsync($"CREATE ROLE {role} LOGIN PASSWORD '{Password}'");
        await prepare(cluster);
        return new PesterServer(cluster, "localhost");
    }

    /// <summary>A connection to it has that server serve a new certificate, and gets the certificate's fingerprint.</summary>
    private string StartRenewing(PostgresCluster cluster) => Start(Answering(async () =>
    {
        TestCertificate renewed = _issuer.Issue(LeafOptions.ForLoopback());
        await cluster.InstallCertificateAsync(renewed);
        return renewed.Certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }));

    private static string StartEstate(PostgresInstallation installation)
    {
        var estate = new Lazy<Task<CompanyEstate>>(() => CompanyEstate.StartAsync(installation));
        return Start(Answering(async () => (await estate.Value).Directory));
    }

    /// <summary>A certificate as a provider's server has it: only a URL in the intermediate leads to the root, which no machine has.</summary>
    private static TestCertificate IssueManaged(TestAuthority root)
    {
        string url = $"http://{Start(Web(root.Certificate.Certificate.RawData))}/root.crt";
        var options = new AuthorityOptions { ExtraExtensions = [new X509AuthorityInformationAccessExtension(null, [url])] };
        return root.CreateIntermediate("Managed Issuing CA", options).Issue(LeafOptions.ForLoopback());
    }

    private TestCertificate IssueClient() => _clientRoot.Issue(new LeafOptions
    {
        CommonNames = ["by_certificate"],
        ExtendedKeyUsages = [LeafOptions.ClientAuthentication],
    });

    /// <summary>A web server with one page.</summary>
    private static ServerScript Web(byte[] page) => async (client, cancellation) =>
    {
        _ = await client.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, cancellation);
        string head = $"HTTP/1.1 200 OK\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n";
        await client.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. page], cancellation);
    };

    /// <summary>A PgBouncer whose TLS is off; role boss may use its admin console.</summary>
    private static async Task<Availability<PgBouncer>> StartPoolerAsync(PesterServer upstream) =>
        PgBouncer.Find() is { IsAvailable: false, Reason: var reason }
            ? Availability.Missing<PgBouncer>(reason)
            : Availability.Of(await PgBouncer.StartAsync(
                upstream.Cluster, null, settings: new Dictionary<string, string> { ["admin_users"] = "boss" }));

    private static async Task<Availability<SshServer>> StartSshAsync() => SshServer.Find() is { IsAvailable: false, Reason: var reason }
        ? Availability.Missing<SshServer>(reason)
        : Availability.Of(await SshServer.StartAsync());

    /// <summary>A server with a database whose owner laid traps, and with TLS.</summary>
    private async Task<PesterServer> StartTrappedAsync(PostgresInstallation installation)
    {
        PesterServer server = await StartHbaAsync(installation, _good);
        await TrappedDatabase.CreateAsync(server.Cluster);
        return server;
    }

    /// <summary>The address of a PgBouncer of that pool_mode.</summary>
    private static async Task<string?> StartPoolAsync(PesterServer upstream, string mode)
    {
        if (!PgBouncer.Find().IsAvailable)
            return null;
        var settings = new Dictionary<string, string> { ["pool_mode"] = mode };
        PgBouncer pool = await PgBouncer.StartAsync(upstream.Cluster, null, settings: settings);
        return $"{pool.Host}:{pool.Port}";
    }

    /// <summary>A server whose pg_hba.conf, or whose certificate, a test may change.</summary>
    private static async Task<PesterServer> StartHbaAsync(PostgresInstallation installation, TestCertificate? certificate)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation, new ClusterOptions { Hba = ChangedHba });
        await cluster.QueryAsync(
            $"""
            CREATE ROLE app LOGIN PASSWORD '{Password}'; CREATE ROLE auditor LOGIN; CREATE ROLE replicator LOGIN REPLICATION;
            CREATE ROLE admins; CREATE ROLE bob LOGIN IN ROLE admins;
            SET password_encryption = md5; CREATE ROLE legacy LOGIN PASSWORD '{Password}'
            """);
        if (certificate is not null)
            await cluster.InstallCertificateAsync(certificate);
        return new PesterServer(cluster, "127.0.0.1");
    }

    /// <summary>A server whose TLS is off, with a certificate in its data directory.</summary>
    private async Task<PesterServer> StartSwitchedAsync(PostgresInstallation installation)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation, new ClusterOptions { Hba = ChangedHba });
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.crt"), _good.ChainPem);
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.key"), _good.KeyPem);
        return new PesterServer(cluster, "127.0.0.1");
    }

    /// <summary>Does something for each connection, tells the outcome, and hangs up.</summary>
    private static ServerScript Answering(Func<Task<string>> command) => async (client, cancellation) =>
        await client.WriteAsync(Encoding.UTF8.GetBytes(await command()), cancellation);

    private static string Start(ServerScript script) => Name(HostileServer.Start(script));

    private static string Name(HostileServer server) => $"{server.Host}:{server.Port}";
}
