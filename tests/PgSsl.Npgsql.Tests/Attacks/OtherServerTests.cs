using PgSsl.Connections;
using PgSsl.Deployment;
using PgSsl.Inspection;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;
using PgSsl.Testing;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// A server that is not on this machine, or that lies, says that its files are where a server of this machine has its own: it wants that
/// server's certificate, key or rules to be read as its own, or to be changed.
/// </summary>
public class OtherServerTests
{
    private const string OwnPidFile = "4711\n/data\n1\n5432\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(SqlServer.Majors), MemberType = typeof(SqlServer))]
    public async Task Files_are_the_server_s_if_it_runs_on_them(int major)
    {
        SqlServer server = await SqlServer.GetAsync(major);
        (IServerSession session, ConnectionSettings settings) = await OpenAsync(server.Cluster.SocketDirectory, server.Cluster.Port);
        await using (session)
            Assert.True((await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token)).FilesAreHere);
    }

    /// <summary>A role that may not read the file through SQL is a child of the postmaster, which Linux shows.</summary>
    [Fact]
    public async Task A_role_without_rights_on_files_is_believed_by_its_process()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        await server.Cluster.QueryAsync("GRANT pg_read_all_settings TO granted");
        ConnectionSettings settings = Sessions.Resolve($"host=localhost port={server.Cluster.Port} user=granted dbname=postgres");
        await using IServerSession session = await Sessions.OpenAsync(settings);
        Assert.Equal(OperatingSystem.IsLinux(), (await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token)).FilesAreHere);
    }

    /// <summary>Another machine with the same layout, as seen through a tunnel: all paths are right, and the postmaster is another one.</summary>
    [Theory]
    [InlineData("what is in the file, which everybody can guess")]
    [InlineData("another postmaster.pid")]
    [InlineData("no right to read it, and a process that is not the postmaster's child")]
    [InlineData("no right to read it, and no process")]
    public async Task Wants_the_certificate_of_a_server_of_this_machine_to_be_replaced(string what)
    {
        SqlServer victim = await SqlServer.GetAsync(15);
        string data = victim.Cluster.DataDirectory;
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(data, "server.crt"), Token);
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(sql => Claim(sql, data, what)));
        (IServerSession session, ConnectionSettings settings) = await OpenAsync("127.0.0.1", server.Port);
        await using (session)
        {
            LiveServer live = await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token);
            Assert.Equal((data, false), (live.DataDirectory, live.FilesAreHere));
            ServerTlsFacts facts = await FactsOfAsync(victim);
            PgSslException failure = Assert.Throws<PgSslException>(() => ServerRecipient.Of(live, facts, null, null));
            Assert.Equal(PgSslError.ServerElsewhere, failure.Error);
            Assert.Contains("-SslCertFile", failure.Remedy);
        }
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(data, "server.crt"), Token));
    }

    /// <summary>It guesses what is in the file, and answers from where no account of this machine is seen.</summary>
    [Fact]
    public async Task Wants_to_be_taken_for_it_from_another_machine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it is not known who answers.");
        SqlServer victim = await SqlServer.GetAsync(15);
        (IServerSession real, _) = await OpenAsync(victim.Cluster.SocketDirectory, victim.Cluster.Port);
        await using (real)
        {
            Assert.NotNull(await ServerDisk.FindPostmasterAsync(real, victim.Cluster.DataDirectory, null, Token));
            var elsewhere = new FaultySession(real, "no such statement", null) { PeerUser = null };
            Assert.Null(await ServerDisk.FindPostmasterAsync(elsewhere, victim.Cluster.DataDirectory, null, Token));
        }
    }

    /// <summary>Everybody sees the processes of a server, and a program can say that it is one of them.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Wants_to_be_taken_for_a_process_of_a_server_of_this_machine(string host)
    {
        Assert.SkipWhen(ServerAccount.Current is null, "The server's own account may be taken for it.");
        SqlServer victim = await SqlServer.GetAsync(15);
        string process = (await victim.Cluster.QueryAsync("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"))[0][0]!;
        await using HostileServer server = HostileServer.Start(
            HostileSql.AfterGreeting(sql => Claim(sql, victim.Cluster.DataDirectory, $"pid {process}")));
        (IServerSession session, ConnectionSettings settings) = await OpenAsync(host, server.Port);
        await using (session)
            Assert.False((await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token)).FilesAreHere);
    }

    /// <summary>A directory of root, in which a local user can make a postmaster.pid: then everything that root may write would be its own.</summary>
    [Theory]
    [InlineData("root's directory")]
    [InlineData("root's directory, by a link")]
    [InlineData("an own directory, root's file")]
    [InlineData("an own directory, open to all")]
    public async Task Wants_to_be_a_server_of_root(string what)
    {
        Assert.SkipWhen(ServerAccount.Current is null, "Only root can be attacked by another account.");
        string directory = SandboxDirectory.Create(), data = Path.Combine(directory, "data"), named = data;
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Combine(data, "postmaster.pid"), OwnPidFile, Token);
        if (what != "an own directory, root's file")
            ServerAccount.Own(Path.Combine(data, "postmaster.pid"));
        if (what.StartsWith("an own", StringComparison.Ordinal))
            ServerAccount.Own(data);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(data, what == "an own directory, root's file" ? (UnixFileMode)0x1C0 : (UnixFileMode)0x3FF);
        if (what.EndsWith("link", StringComparison.Ordinal))
            Links.ToFile(named = Path.Combine(directory, "link"), data);
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(sql => Claim(sql, named, "the same postmaster.pid")));
        (IServerSession session, ConnectionSettings settings) = await OpenAsync("127.0.0.1", server.Port);
        await using (session)
            Assert.False((await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token)).FilesAreHere);
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>The server names the directory, and a local user put a pipe there.</summary>
    [Fact]
    public async Task Wants_to_be_waited_for_at_a_pipe()
    {
        string directory = SandboxDirectory.Create();
        await ProcessRunner.RunAsync("mkfifo", [Path.Combine(directory, "postmaster.pid")]);
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(sql => Claim(sql, directory, "no process")));
        (IServerSession session, ConnectionSettings settings) = await OpenAsync("127.0.0.1", server.Port);
        await using (session)
        {
            LiveServer live = await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
            Assert.False(live.FilesAreHere);
        }
    }

    [Fact]
    public async Task Wants_the_certificate_of_a_server_of_this_machine_to_be_shown_as_its_own()
    {
        SqlServer victim = await SqlServer.GetAsync(15);
        (IServerSession session, ConnectionSettings settings) = await OpenAsync(victim.Cluster.SocketDirectory, victim.Cluster.Port);
        await using (session)
        {
            LiveServer live = await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token) with { PostmasterId = null };
            SslConfigurationFacts facts = await SslConfigurationReader.ReadAsync(live, Token);
            Assert.Null(facts.Files);
            Assert.Contains("another machine", facts.FilesOutOfReach);
        }
    }

    /// <summary>Another program at another address of this machine, on the same port.</summary>
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("::1", "")]
    [InlineData("", "")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("*", "127.0.0.1")]
    [InlineData("127.0.0.2, 127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.2", "")]
    [InlineData("no.such.host.invalid", "")]
    public void Wants_to_answer_for_the_server_where_that_does_not_listen(string listenAddresses, string expected)
    {
        string[] found = [.. LocalAddresses.FindListening(listenAddresses).Select(address => address.ToIPAddress().ToString())];
        Assert.Equal(expected.Length > 0, found.Contains("127.0.0.1"));
    }

    private static HostileAnswer Claim(string sql, string data, string what)
    {
        if (!sql.Contains("pg_read_binary_file", StringComparison.Ordinal))
            return new(
                ["client", "process", "started", "data_directory", "listen_addresses", "server", "port"],
                [["127.0.0.1", what.EndsWith("no process", StringComparison.Ordinal) ? null
                    : what.StartsWith("pid ", StringComparison.Ordinal) ? what[4..] : $"{Environment.ProcessId}",
                    "now", data, "*", "127.0.0.1", "5432"]]);
        if (what.StartsWith("what is in the file", StringComparison.Ordinal))
            return new(["content"], [[Convert.ToBase64String(File.ReadAllBytes(Path.Combine(data, "postmaster.pid")))]]);
        if (what == "the same postmaster.pid")
            return new(["content"], [[Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(OwnPidFile))]]);
        // A file as another postmaster has it; an answer that is none, where the role may not read it.
        return what == "another postmaster.pid"
            ? new(["content"], [[Convert.ToBase64String("1\n/data\n1\n5432\n"u8)]])
            : new HostileAnswer([], []) { SqlState = "42501" };
    }

    private static async Task<ServerTlsFacts> FactsOfAsync(SqlServer server)
    {
        (IServerSession session, _) = await OpenAsync(server.Cluster.SocketDirectory, server.Cluster.Port);
        await using (session)
            return await ServerTlsReader.ReadAsync(session, Token);
    }

    private static async Task<(IServerSession Session, ConnectionSettings Settings)> OpenAsync(string host, int port)
    {
        ConnectionSettings settings = Sessions.Resolve($"host={host} port={port} user=postgres dbname=postgres sslmode=disable");
        return (await Sessions.OpenAsync(settings), settings);
    }
}
