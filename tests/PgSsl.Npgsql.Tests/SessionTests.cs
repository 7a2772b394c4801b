using System.Net;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>What an open session does.</summary>
public sealed class SessionTests
{
    public static TheoryData<int> Majors => SqlServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task It_says_who_and_where_it_is(int major)
    {
        await using IServerSession session = await OpenAsync(major);
        Assert.Equal(major, session.ServerVersion.Major);
        Assert.Equal(("styled", "postgres", SessionTransport.Tls), (session.UserName, session.Database, session.Transport));
        SqlRow row = Assert.Single(await session.QueryAsync("SELECT application_name AS name FROM pg_stat_activity WHERE pid = pg_backend_pid()"));
        Assert.Equal("PgSsl", row["name"]);
    }

    /// <summary>The role's own DateStyle and TimeZone are others.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Values_come_and_go_as_they_are(int major)
    {
        await using IServerSession session = await OpenAsync(major);
        var time = new DateTimeOffset(2026, 11, 20, 10, 11, 12, 345, TimeSpan.Zero);
        object?[] parameters = ["it's", 42, 1L << 40, true, new[] { "a,b", "\"q\" \\", "NULL", "" }, time, IPAddress.IPv6Loopback, null];
        SqlRow row = Assert.Single(await session.QueryAsync(
            "SELECT $1::text AS s, $2::int AS i, $3::bigint AS l, $4::bool AS b, $5::text[] AS a, $6::timestamptz AS t, $7::inet AS n, " +
            "$8::text AS z, ARRAY[1, NULL] AS numbers, '{}'::text[] AS none, 'infinity'::timestamptz AS forever, 'pg_class'::regclass AS other",
            parameters));
        Assert.Equal("it's", row["s"]);
        Assert.Equal(42, row.GetInt32("i"));
        Assert.Equal(1L << 40, row.GetInt64("l"));
        Assert.True(row.GetBoolean("b"));
        Assert.Equal(["a,b", "\"q\" \\", "NULL", ""], row.GetArray("a"));
        Assert.Equal(time, row.GetTime("t"));
        Assert.Equal(IPAddress.IPv6Loopback, row.GetAddress("n"));
        Assert.Null(row["z"]);
        Assert.Equal(["1", null], row.GetArray("numbers"));
        Assert.Equal([], row.GetArray("none"));
        Assert.Equal(DateTimeOffset.MaxValue, row.GetTime("forever"));
        Assert.Equal("pg_class", row["other"]);
        Assert.Equal(PgSslError.UnexpectedAnswer, Assert.Throws<PgSslException>(() => row["missing"]).Error);
    }

    [Theory]
    [InlineData(
        "SELECT * FROM pg_hba_file_rules",
        "GRANT SELECT ON pg_hba_file_rules TO \"styled\"; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO \"styled\"")]
    [InlineData("SHOW hba_file", "GRANT pg_read_all_settings TO \"styled\"")]
    [InlineData("SELECT current_setting('hba_file')", "GRANT pg_read_all_settings TO \"styled\"")]
    [InlineData("SELECT pg_reload_conf()", "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO \"styled\"")]
    [InlineData(
        "SELECT pg_read_file('pg_hba.conf')", "GRANT pg_read_server_files TO \"styled\"; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO \"styled\"")]
    [InlineData(
        "SELECT * FROM pg_file_settings",
        "GRANT SELECT ON pg_file_settings TO \"styled\"; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO \"styled\"")]
    [InlineData(
        "SELECT * FROM pg_ident_file_mappings",
        "GRANT SELECT ON pg_ident_file_mappings TO \"styled\"; GRANT EXECUTE ON FUNCTION pg_ident_file_mappings() TO \"styled\"")]
    [InlineData("SELECT pg_current_logfile()", "GRANT EXECUTE ON FUNCTION pg_current_logfile() TO \"styled\"")]
    [InlineData("SELECT * FROM pg_ls_logdir() LIMIT 0", "GRANT pg_monitor TO \"styled\"")]
    [InlineData("ALTER SYSTEM SET ssl_ciphers = 'HIGH'", "GRANT ALTER SYSTEM ON PARAMETER ssl_ciphers TO \"styled\"")]
    public async Task The_remedy_for_a_missing_privilege_is_a_grant_that_works(string sql, string grant)
    {
        foreach (int major in SqlServer.Majors.Select(row => row.Data))
        {
            SqlServer server = await SqlServer.GetAsync(major);
            string own = grant.Replace("styled", "granted");
            await using IServerSession session = await OpenAsync(major);
            PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync(sql));
            Assert.Equal((PgSslError.InsufficientPrivilege, $"As a superuser: {grant}"), (failure.Error, failure.Remedy));
            Assert.Contains("42501", failure.Message);

            await server.Cluster.QueryAsync(own);
            await using IServerSession granted = await OpenAsync(major, "granted");
            await granted.QueryAsync(sql);
        }
    }

    [Theory]
    [InlineData("SELECT 1 FROM nowhere", PgSslError.SqlFailed, "42P01")]
    [InlineData("SELEC", PgSslError.SqlFailed, "42601")]
    [InlineData("SELECT 1/0", PgSslError.SqlFailed, "22012")]
    public async Task A_refused_statement_is_told_with_its_SQLSTATE_and_the_session_goes_on(string sql, PgSslError error, string state)
    {
        await using IServerSession session = await OpenAsync(15);
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync(sql));
        Assert.Equal(error, failure.Error);
        Assert.Contains($"(SQLSTATE {state})", failure.Message);
        Assert.Null(failure.InnerException);
        Assert.Single(await session.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_cancelled_statement_ends_at_once()
    {
        await using IServerSession session = await OpenAsync(18);
        SqlServer server = await SqlServer.GetAsync(18);
        using var stop = new CancellationTokenSource();
        Task<IReadOnlyList<SqlRow>> sleeping = session.QueryAsync("SELECT pg_sleep(60) AS to_be_cancelled", null, stop.Token);
        // Before the server has it all, the driver can only close the session.
        const string Running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%to_be_cancelled' AND wait_event = 'PgSleep'";
        while ((await server.Cluster.QueryAsync(Running)).Count == 0)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleeping.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Single(await session.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_a_timeout()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        var settings = Sessions.Resolve($"host=localhost port={server.Cluster.Port} user=anyone dbname=postgres");
        var request = new SqlSessionRequest(settings, settings.Hosts[0], Sessions.Timeout) { CommandTimeout = TimeSpan.FromSeconds(1) };
        await using IServerSession session = await Sessions.Factory.OpenAsync(request, TestContext.Current.CancellationToken);
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync("SELECT pg_sleep(60)"));
        Assert.Equal(PgSslError.ConnectionTimedOut, failure.Error);
    }

    [Fact]
    public async Task A_session_that_the_server_ends_is_told()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        await using IServerSession session = await OpenAsync(15);
        int pid = Assert.Single(await session.QueryAsync("SELECT pg_backend_pid() AS pid")).GetInt32("pid")!.Value;
        await server.Cluster.QueryAsync($"SELECT pg_terminate_backend({pid}, 5000)");
        Assert.Equal(PgSslError.ConnectionClosed, (await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync("SELECT 1"))).Error);
        Assert.Equal(PgSslError.ConnectionClosed, (await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync("SELECT 1"))).Error);
    }

    [Fact]
    public async Task Nobody_s_objects_stand_in_for_the_system_s()
    {
        await using IServerSession session = await OpenAsync(15);
        SqlRow row = Assert.Single(await session.QueryAsync("SHOW search_path"));
        Assert.Equal("pg_catalog, pg_temp", row["search_path"]);
        Assert.False(session.IsPooled);
    }

    private static async Task<IServerSession> OpenAsync(int major, string role = "styled")
    {
        SqlServer server = await SqlServer.GetAsync(major);
        return await Sessions.OpenAsync($"host=localhost port={server.Cluster.Port} user={role} dbname=postgres sslmode=require");
    }
}
