using System.Diagnostics;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Sessions;

namespace PgSsl.Tests;

/// <summary>A server that has clients of all kinds; tests know theirs by the name of the application.</summary>
internal sealed record SessionServer(PostgresCluster Cluster)
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Sessions Root CA");
    private static readonly TestAuthority ClientRoot = TestAuthority.CreateRoot("Sessions Client CA");

    /// <summary>The certificate of by_certificate.</summary>
    public static TestCertificate ClientCertificate { get; } = ClientRoot.Issue(new LeafOptions
    {
        CommonNames = ["by_certificate"],
        ExtendedKeyUsages = [LeafOptions.ClientAuthentication],
    });

    public static TheoryData<int> Majors => SqlServer.Majors;

    public static async Task<SessionServer> GetAsync(int major) =>
        new((await ClusterPool.GetAsync(major, "sessions", PrepareAsync)).OrSkip(Assert.Skip));

    private static async Task PrepareAsync(PostgresCluster cluster)
    {
        await cluster.ConfigureAsync(new Dictionary<string, string?> { ["wal_level"] = "replica", ["max_wal_senders"] = "4" });
        await cluster.RestartAsync();
        await cluster.QueryAsync(
            """
            CREATE ROLE app LOGIN; CREATE ROLE weak LOGIN; CREATE ROLE reader LOGIN IN ROLE pg_read_all_stats; CREATE ROLE "No.1" LOGIN;
            CREATE ROLE by_certificate LOGIN; CREATE ROLE replicator LOGIN REPLICATION; CREATE ROLE ender LOGIN IN ROLE pg_read_all_stats
            """);
        await cluster.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback()), ClientRoot.CertificatePem);
        await cluster.SetHbaAsync(
            "local all all trust", "hostssl all by_certificate samehost cert", "host all all samehost trust", "host replication all samehost trust");
    }

    /// <summary>A conninfo over TCP.</summary>
    public string ConnInfo(string user, string sslmode = "require") =>
        $"host=127.0.0.1 port={Cluster.Port} user={user} dbname=postgres sslmode={sslmode} gssencmode=disable";

    /// <summary>A conninfo over the socket.</summary>
    public string SocketConnInfo(string user) => $"host={Cluster.SocketDirectory} port={Cluster.Port} user={user} dbname=postgres";

    /// <summary>What a role sees.</summary>
    public async Task<SessionList> ReadAsync(string user = "reader")
    {
        await using IServerSession session = await Sessions.OpenAsync(ConnInfo(user));
        return await SessionReader.ReadAsync(session, "db1:5432", TestContext.Current.CancellationToken);
    }

    /// <summary>The one session of an application, as a role sees it.</summary>
    public async Task<SslSession> FindAsync(string application, string user = "reader")
    {
        for (DateTime deadline = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(20))
        {
            if ((await ReadAsync(user)).Sessions.SingleOrDefault(session => session.ApplicationName == application) is { } found)
                return found;
            Assert.True(DateTime.UtcNow < deadline, $"{application} does not come.");
        }
    }
}

/// <summary>A client of its own process: it connects, and stays.</summary>
internal sealed class WaitingClient : IAsyncDisposable
{
    private readonly Process _process;

    private WaitingClient(Process process, string application) => (_process, Application) = (process, application);

    /// <summary>What it calls itself, and nobody else.</summary>
    public string Application { get; }

    /// <summary>Whether it is connected still.</summary>
    public bool IsThere => !_process.HasExited;

    /// <summary>Starts psql, and returns what its <c>\conninfo</c> says.</summary>
    public static async Task<(WaitingClient Client, string Shown)> ConnectAsync(string conninfo)
    {
        string psql = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip).Program("psql");
        if (!File.Exists(psql))
            Assert.Skip("psql is not installed.");
        // A query has psql flush what it has printed.
        WaitingClient client = Start(
            psql, "-d", conninfo, "-XAtqw", "-c", "\\conninfo", "-c", "SELECT 'connected'", "-c", "SELECT pg_sleep(120)");
        string shown = "";
        for (string? line = ""; line != "connected"; shown += line + "\n")
        {
            line = await client._process.StandardOutput.ReadLineAsync();
            if (line is null)
                Assert.Fail(await client._process.StandardError.ReadToEndAsync());
        }
        return (client, shown);
    }

    /// <summary>Starts a program that streams WAL.</summary>
    public static WaitingClient Receive(PostgresInstallation installation, string conninfo, string directory)
    {
        string program = installation.Program("pg_receivewal");
        if (!File.Exists(program))
            Assert.Skip("pg_receivewal is not installed.");
        return Start(program, "-d", conninfo, "-D", directory, "--no-loop");
    }

    /// <summary>Waits until it has lost its connection.</summary>
    public Task WaitForEndAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static WaitingClient Start(string program, string option, string conninfo, params string[] more)
    {
        string application = $"waiting_{Guid.NewGuid():N}"[..20];
        var start = new ProcessStartInfo(program, [option, $"{conninfo} application_name={application}", .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["HOME"] = "/nonexistent";
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        return new WaitingClient(Process.Start(start)!, application);
    }
}
