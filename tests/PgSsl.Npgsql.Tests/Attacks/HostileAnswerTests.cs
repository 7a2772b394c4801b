using System.Text.RegularExpressions;
using PgSsl.Connections;
using PgSsl.Hba.Live;
using PgSsl.Inspection;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Attacks;

/// <summary>A server that nobody vouches for lets us in, and wants to end the pipeline, to fill the memory, or to be waited for.</summary>
public partial class HostileAnswerTests
{
    private static readonly string?[] Values =
    [
        null, "", " ", "0", "1", "-1", "t", "f", "x", "99999999999999999999", "1e9", "{a,b}", "{", "{\"", "{\"\\", "NULL", "2026-01-01 00:00:00+00",
        "infinity", "2026-13-45", "127.0.0.1", "::1/128", "fe80::1%eth0", "/etc/passwd", "../x", "ssl", "on", "postgres", "10", "180000",
        "QUJD", "QUJD=", "\u202Etxt\u001b[31m", "host", "client backend", "walsender", "PostgreSQL 18.0, compiled by Visual C++",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each way in which the module reads a server.</summary>
    public static TheoryData<string> Readers => [.. AllReaders.Keys];

    private static Dictionary<string, Func<IServerSession, ConnectionSettings, Task>> AllReaders { get; } = new()
    {
        ["settings"] = (session, _) => ServerTlsReader.ReadAsync(session, Token),
        ["sessions"] = (session, _) => SessionReader.ReadAsync(session, "x", Token),
        ["pg_hba.conf"] = (session, _) => new HbaServerReader(session, Token).ReadAsync(),
        ["files of pg_hba.conf"] = async (session, settings) =>
        {
            HbaServerFacts facts = await new HbaServerReader(session, Token).ReadAsync();
            var live = new HbaLive(await LiveServer.OfAsync(session, settings, Sessions.Timeout, Token), facts);
            await live.ReadRulesAsync(Token);
            _ = new ServerHbaFiles(session, Token).List("/", out _);
            _ = new ServerHbaFiles(session, Token).Read("/x");
        },
        ["this client's address"] = (session, settings) => LiveServer.OfAsync(session, settings, Sessions.Timeout, Token),
        ["a certificate"] = (session, _) => SslConfigurationReader.ReadCertificateAsync(session, "/x", Token),
    };

    /// <summary>Rows, columns and values of any form: the answers are generated, so whoever adds a reader adds it to the table.</summary>
    [Theory, MemberData(nameof(Readers))]
    public async Task Wants_an_exception_that_ends_the_pipeline(string reader)
    {
        var random = new Random(reader.Length);
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(sql => Answer(sql, random)));
        int errors = 0;
        for (int i = 0; i < 150; i++)
        {
            (IServerSession session, ConnectionSettings settings) = await OpenAsync(server);
            await using (session)
            {
                try
                {
                    await AllReaders[reader](session, settings);
                }
                catch (PgSslException failure)
                {
                    errors += failure.Error == PgSslError.UnexpectedAnswer ? 1 : 0;
                    Assert.DoesNotContain('\u001b', failure.Message);
                    Assert.DoesNotContain('\u202E', failure.Message);
                }
            }
        }
        Assert.InRange(errors, 1, 150);
    }

    [Fact]
    public async Task Wants_to_fill_the_memory_with_rows()
    {
        string value = new('x', 1 << 20);
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(_ => new(["name"], Endless(value))));
        // The bound is to end it, and not the time.
        (IServerSession session, _) = await OpenAsync(server, TimeSpan.FromMinutes(5));
        await using (session)
        {
            PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync("SELECT name FROM pg_settings"));
            Assert.Equal(PgSslError.UnexpectedAnswer, failure.Error);
            Assert.Contains("128 MB", failure.Message);
        }
    }

    [Fact]
    public async Task Wants_to_be_waited_for_with_a_row_now_and_then()
    {
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(_ => new(["name"], Endless("x", pauseMs: 100))));
        (IServerSession session, _) = await OpenAsync(server, TimeSpan.FromSeconds(1));
        await using (session)
        {
            PgSslException failure = await Assert.ThrowsAsync<PgSslException>(
                () => session.QueryAsync("SELECT name FROM pg_settings").WaitAsync(TimeSpan.FromSeconds(20), Token));
            Assert.Equal(PgSslError.ConnectionTimedOut, failure.Error);
        }
    }

    [Fact]
    public async Task Wants_Ctrl_C_to_do_nothing()
    {
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreeting(_ => new(["name"], Endless("x"))));
        (IServerSession session, _) = await OpenAsync(server);
        await using (session)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => session.QueryAsync("SELECT name FROM pg_settings", null, stop.Token).WaitAsync(TimeSpan.FromSeconds(20), Token));
        }
    }

    [Theory]
    [InlineData("no row")]
    [InlineData("few columns")]
    [InlineData("no version")]
    [InlineData("a version that is no number")]
    public async Task Wants_an_exception_from_the_first_statement(string kind)
    {
        HostileAnswer answer = kind switch
        {
            "no row" => HostileSql.Greeting() with { Rows = [] },
            "few columns" => new(["settings"], [[""]]),
            "no version" => HostileSql.Greeting() with { Rows = [["", "postgres", "postgres", null]] },
            _ => HostileSql.Greeting() with { Rows = [["", "postgres", "postgres", "18beta"]] },
        };
        await using HostileServer server = HostileServer.Start(HostileSql.Always(_ => answer));
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => OpenAsync(server));
        Assert.Contains(failure.Error, (PgSslError[])[PgSslError.UnexpectedAnswer, PgSslError.ProtocolViolation]);
    }

    private static async Task<(IServerSession Session, ConnectionSettings Settings)> OpenAsync(
        HostileServer server, TimeSpan? commandTimeout = null)
    {
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={server.Port} user=postgres dbname=postgres sslmode=disable");
        var request = new SqlSessionRequest(settings, settings.Hosts[0], Sessions.Timeout)
        {
            CommandTimeout = commandTimeout ?? Sessions.Timeout,
        };
        return (await Sessions.Factory.OpenAsync(request, Token), settings);
    }

    private static IEnumerable<IReadOnlyList<string?>> Endless(string value, int pauseMs = 0)
    {
        while (true)
        {
            if (pauseMs > 0)
                Thread.Sleep(pauseMs);
            yield return [value];
        }
    }

    /// <summary>Mostly the columns that are asked for, with any values.</summary>
    private static HostileAnswer Answer(string sql, Random random)
    {
        string[] columns = [.. Names().Matches(sql).Select(match => match.Value).Distinct().Where(_ => random.Next(40) != 0)];
        int rows = random.Next(8) switch { 0 => 0, 1 => 3, _ => 1 };
        bool isPlausible = random.Next(2) == 0;
        return new(columns, Enumerable.Range(0, rows).Select(IReadOnlyList<string?> (_) => [.. columns.Select(_ => Next())]).ToArray());

        string? Next() => isPlausible && random.Next(6) != 0 ? "1" : random.GetItems(Values, 1)[0];
    }

    [GeneratedRegex(@"\b[a-z_]+\b")]
    private static partial Regex Names();
}
