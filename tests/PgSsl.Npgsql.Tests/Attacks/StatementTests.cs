using System.Net;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using PgSsl.Hba.Live;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// The owner of a database, who is no superuser, wants a superuser's session to run the owner's code (CVE-2018-1058). Direct, and through
/// PgBouncer in each of its modes.
/// </summary>
public partial class StatementTests
{
    public static TheoryData<int, string> Ways
    {
        get
        {
            var ways = new TheoryData<int, string>();
            foreach (int major in SqlServer.Majors.Select(row => row.Data))
                foreach (string way in (string[])["direct", "session", "transaction", "statement"])
                    ways.Add(major, way);
            return ways;
        }
    }

    /// <summary>What the other tests rest on: the traps work.</summary>
    [Theory, MemberData(nameof(SqlServer.Majors), MemberType = typeof(SqlServer))]
    public async Task A_superuser_whose_session_sets_nothing_makes_the_owner_one(int major)
    {
        PostgresCluster cluster = await StartAsync(major);
        await cluster.QueryAsync("BEGIN READ WRITE; SELECT host(inet_client_addr()); COMMIT", TrappedDatabase.Name);
        Assert.True(await TrappedDatabase.IsSprungAsync(cluster));
        await cluster.QueryAsync("ALTER ROLE mallory NOSUPERUSER");
    }

    /// <summary>Whoever adds a statement to the module adds it to this test: it takes them from the assembly.</summary>
    [Theory, MemberData(nameof(Ways))]
    public async Task No_statement_of_the_module_calls_what_the_owner_of_the_database_made(int major, string way)
    {
        string[] statements = [.. Statements()];
        Assert.True(statements.Length > 20);
        await RunAsync(major, way, async session =>
        {
            foreach (string statement in statements)
            {
                try
                {
                    await session.QueryAsync(statement, Parameters(statement));
                }
                catch (PgSslException failure) when (failure.Error is PgSslError.SqlFailed)
                {
                    // The values do not fit: this test does not know them. The names in the statement were looked up before that; and a trap
                    // that was sprung in a transaction that cannot write ends so.
                    Assert.DoesNotContain("25006", failure.Message);
                }
            }
        });
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Facts_are_read_as_if_the_owner_had_made_nothing(int major, string way)
    {
        await RunAsync(major, way, async session =>
        {
            ServerTlsFacts facts = await ServerTlsReader.ReadAsync(session, TestContext.Current.CancellationToken);
            Assert.NotNull(facts["ssl_cert_file"]);
            IReadOnlyList<SslSession> sessions = (await SessionReader.ReadAsync(session, way, TestContext.Current.CancellationToken)).Sessions;
            Assert.Contains(sessions, one => one.Database == TrappedDatabase.Name);
            HbaServerFacts hba = await new HbaServerReader(session, TestContext.Current.CancellationToken).ReadAsync();
            Assert.NotNull(hba.HbaPath);
        });
    }

    /// <summary>In a pool by transactions they would get to the application that has the connection next.</summary>
    [Theory, MemberData(nameof(Ways))]
    public async Task A_pooled_connection_keeps_nothing_of_our_settings(int major, string way)
    {
        if (way == "direct")
            return;
        await RunAsync(major, way, async session =>
        {
            const string Setting = "SELECT reset_val = setting AS same, setting FROM pg_settings WHERE name = 'search_path'";
            Assert.Equal("pg_catalog, pg_temp", Assert.Single(await session.QueryAsync(Setting))["setting"]);
        }, async pooled => Assert.Equal("evil, public, pg_catalog", (await pooled.QueryAsync("SHOW search_path"))[0][0]));
    }

    private static async Task<PostgresCluster> StartAsync(int major) =>
        (await ClusterPool.GetAsync(major, "trapped", TrappedDatabase.CreateAsync)).OrSkip(Assert.Skip);

    private static async Task RunAsync(
        int major, string way, Func<IServerSession, Task> run, Func<SqlConversation, Task>? then = null)
    {
        PostgresCluster cluster = await StartAsync(major);
        if (way == "direct")
        {
            await using IServerSession session = await Sessions.OpenAsync(
                $"host={cluster.SocketDirectory} port={cluster.Port} user=postgres dbname={TrappedDatabase.Name}");
            Assert.False(session.IsPooled);
            await run(session);
        }
        else
        {
            PgBouncer.Find().OrSkip(Assert.Skip);
            var settings = new Dictionary<string, string> { ["pool_mode"] = way, ["default_pool_size"] = "1" };
            await using PgBouncer bouncer = await PgBouncer.StartAsync(cluster, null, settings: settings);
            string conninfo = $"host=127.0.0.1 port={bouncer.Port} user=postgres dbname={TrappedDatabase.Name}";
            await using (IServerSession session = await Sessions.OpenAsync(conninfo))
            {
                Assert.True(session.IsPooled);
                await run(session);
            }
            if (then is not null)
            {
                await using SqlConversation next = await SqlConversation.OpenAsync(
                    new IPEndPoint(IPAddress.Loopback, bouncer.Port), TrappedDatabase.Name, Encoding.UTF8);
                await then(next);
            }
        }
        Assert.False(await TrappedDatabase.IsSprungAsync(cluster));
    }

    /// <summary>The string literals of Core that are whole statements.</summary>
    private static IEnumerable<string> Statements()
    {
        using var file = new PEReader(File.OpenRead(typeof(IServerSession).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            string text = metadata.GetUserString(handle);
            if (StatementForm().IsMatch(text))
                yield return text;
        }
    }

    private static object?[] Parameters(string statement)
    {
        int count = PlaceholderForm().Matches(statement).Select(match => int.Parse(match.Groups[1].Value, null)).DefaultIfEmpty().Max();
        return [.. Enumerable.Range(1, count).Select(number => (object?)(statement.Contains($"${number}::text[]") ? new[] { "ssl" } : "1"))];
    }

    // Not those that change something.
    [GeneratedRegex(@"^(SELECT|WITH)\s(?!.*(pg_reload_conf|pg_terminate_backend))", RegexOptions.Singleline)]
    private static partial Regex StatementForm();

    [GeneratedRegex(@"\$([0-9]+)")]
    private static partial Regex PlaceholderForm();
}
