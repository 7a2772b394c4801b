using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>Who gets in, by what, and what is said to those who do not.</summary>
public sealed class AuthenticationTests
{
    public static TheoryData<int> Majors => SqlServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_password_opens_a_session_wherever_it_comes_from(int major)
    {
        SqlServer server = await SqlServer.GetAsync(major);
        string conninfo =
            $"host=localhost port={server.Cluster.Port} user=by_scram dbname=postgres sslmode=verify-full sslrootcert={server.Files.Root}";
        string quoted = "'" + SqlServer.Password.Replace("\\", "\\\\") + "'";

        await AssertOpensAsync(conninfo, SqlServer.Password);
        await AssertOpensAsync($"{conninfo} password={quoted}", null);
        await AssertOpensAsync(conninfo, null, ("PGPASSWORD", SqlServer.Password));
        // The order of libpq: what is given goes before the connection string, and that before the variable.
        await AssertOpensAsync($"{conninfo} password=wrong", SqlServer.Password, ("PGPASSWORD", "wrong"));
        await AssertOpensAsync($"{conninfo} password={quoted}", null, ("PGPASSWORD", "wrong"));
    }

    [Theory]
    [InlineData(15, "by_md5", "")]
    [InlineData(15, "by_password", "")]
    [InlineData(18, "by_scram", "channel_binding=require")]
    [InlineData(18, "by_scram", "channel_binding=disable")]
    [InlineData(15, "by_scram", "require_auth=scram-sha-256")]
    [InlineData(15, "by_scram", "require_auth=!md5,!password")]
    [InlineData(18, "by_scram", "sslnegotiation=direct")]
    [InlineData(18, "by_scram", "ssl_max_protocol_version=TLSv1.2")]
    public async Task The_methods_of_authentication_work(int major, string role, string more)
    {
        SqlServer server = await SqlServer.GetAsync(major);
        string conninfo =
            $"host=localhost port={server.Cluster.Port} user={role} dbname=postgres sslmode=verify-full sslrootcert={server.Files.Root}";
        await AssertOpensAsync($"{conninfo} {more}", SqlServer.Password, role);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_client_certificate_opens_a_session_by_the_rules_of_libpq(int major)
    {
        SqlServer server = await SqlServer.GetAsync(major);
        string conninfo = $"host=localhost port={server.Cluster.Port} user=by_certificate dbname=postgres sslmode=verify-full " +
            $"sslrootcert={server.Files.Root} sslcert={server.Files.Certificate}";
        await AssertOpensAsync($"{conninfo} sslkey={server.Files.Key}", null, "by_certificate");
        await AssertOpensAsync($"{conninfo} sslkey={server.Files.DerKey} sslcertmode=require", null, "by_certificate");
        Assert.Equal(
            PgSslError.ConnectionRejected, (await Sessions.RefusedAsync($"{conninfo} sslkey={server.Files.Key} sslcertmode=disable")).Error);
        Assert.Equal(PgSslError.FileNotFound, (await Sessions.RefusedAsync($"{conninfo} sslkey=/nonexistent")).Error);
    }

    /// <summary>psql presents it; where it is not needed, nobody misses it.</summary>
    [Theory]
    [InlineData(KeyAlgorithm.Ed25519, "Ed25519")]
    [InlineData(KeyAlgorithm.RsaPss2048, "RSASSA-PSS")]
    public async Task A_client_certificate_that_NET_cannot_present_is_named_where_it_is_needed(KeyAlgorithm algorithm, string kind)
    {
        SqlServer server = await SqlServer.GetAsync(15);
        using var files = new ClientFiles(await SqlServer.ClientRoot.IssueAsync(
            new LeafOptions { CommonNames = ["by_certificate"], Key = algorithm, ExtendedKeyUsages = [LeafOptions.ClientAuthentication] }));
        string conninfo = $"host=localhost port={server.Cluster.Port} dbname=postgres sslmode=require {files.ConnInfo}";

        await AssertOpensAsync($"{conninfo} user=anyone", null, "anyone");
        PgSslException failure = await Sessions.RefusedAsync($"{conninfo} user=by_certificate");

        Assert.Equal(PgSslError.ConnectionRejected, failure.Error);
        Assert.EndsWith($"has a key of a kind that .NET cannot present: {kind}.", failure.Message);
    }

    /// <summary>
    /// Npgsql would fail on a certificate file that is not there, and on libpq's words for methods; and it would find a password that the
    /// settings do not have.
    /// </summary>
    [Fact]
    public async Task What_Npgsql_would_take_from_the_process_plays_no_role()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        (string Name, string Value)[] variables =
        [
            ("PGSSLCERT", "/nonexistent"), ("PGREQUIREAUTH", "scram-sha-256"), ("PGSSLNEGOTIATION", "direct"), ("PGPASSWORD", "wrong"),
        ];
        try
        {
            foreach ((string name, string value) in variables)
                Environment.SetEnvironmentVariable(name, value);
            string conninfo = $"host=localhost port={server.Cluster.Port} dbname=postgres sslmode=require";
            await AssertOpensAsync($"{conninfo} user=anyone", null, "anyone");
            Assert.Equal(PgSslError.PasswordRequired, (await Sessions.RefusedAsync($"{conninfo} user=by_scram")).Error);
            await AssertOpensAsync(
                $"{conninfo} user=by_certificate sslcert={server.Files.Certificate} sslkey={server.Files.Key}", null, "by_certificate");
        }
        finally
        {
            foreach ((string name, _) in variables)
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Theory]
    [InlineData("user=by_scram", "wr0ng", PgSslError.AuthenticationFailed, "28P01")]
    [InlineData("user=by_md5", "wr0ng", PgSslError.AuthenticationFailed, "the credential")]
    [InlineData("user=by_scram", null, PgSslError.PasswordRequired, "by_scram")]
    [InlineData("user=by_password sslmode=require", null, PgSslError.PasswordRequired, "PGPASSWORD")]
    [InlineData("user=unlisted", "wr0ng", PgSslError.ConnectionRejected, "pg_hba_file_rules")]
    [InlineData("user=nobody_at_all", "wr0ng", PgSslError.ConnectionRejected, "28000")]
    [InlineData("user=anyone dbname=missing", null, PgSslError.ConnectionRejected, "3D000")]
    [InlineData("user=by_scram require_auth=md5", SqlServer.Password, PgSslError.UnacceptableAuthentication, "require_auth=md5")]
    [InlineData("user=anyone sslmode=require channel_binding=require", null, PgSslError.UnacceptableAuthentication, "channel_binding")]
    [InlineData("user=by_md5 sslmode=require channel_binding=require", SqlServer.Password, PgSslError.UnacceptableAuthentication, "channel_binding")]
    [InlineData("user=anyone sslmode=require sslcertmode=require", null, PgSslError.UnacceptableAuthentication, "sslcertmode=require")]
    [InlineData(
        "user=by_scram sslmode=require sslcertmode=require", SqlServer.Password, PgSslError.UnacceptableAuthentication, "sslcertmode=require")]
    [InlineData("user=anyone gssencmode=require", null, PgSslError.UnsupportedParameter, "gssencmode")]
    [InlineData("user=anyone min_protocol_version=3.2", null, PgSslError.UnsupportedParameter, "protocol 3.0")]
    public async Task A_refusal_has_the_cause_as_its_error(string conninfo, string? password, PgSslError error, string mentioned)
    {
        foreach (int major in SqlServer.Majors.Select(row => row.Data))
        {
            SqlServer server = await SqlServer.GetAsync(major);
            string database = conninfo.Contains("dbname") ? "" : "dbname=postgres ";
            PgSslException failure = await Sessions.RefusedAsync($"host=localhost port={server.Cluster.Port} {database}{conninfo}", password);
            Assert.True(error == failure.Error, $"{failure.Error}: {failure.Message}");
            Assert.Contains(mentioned, failure.Message + failure.Remedy);
        }
    }

    [Fact]
    public async Task Direct_TLS_with_an_old_server_is_the_error_of_a_probe()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        PgSslException failure = await Sessions.RefusedAsync(
            $"host=localhost port={server.Cluster.Port} user=anyone dbname=postgres sslmode=require sslnegotiation=direct");
        Assert.Equal(PgSslError.DirectTlsNotSupported, failure.Error);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_Unix_socket_works_with_and_without_a_password(int major)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "PostgreSQL's Unix-domain sockets are tried on Unix.");
        SqlServer server = await SqlServer.GetAsync(major);
        string conninfo = $"host={server.Cluster.SocketDirectory} port={server.Cluster.Port} dbname=postgres sslmode=verify-full";
        await using IServerSession trusted = await Sessions.OpenAsync($"{conninfo} user=anyone");
        await using IServerSession known = await Sessions.OpenAsync($"{conninfo} user=by_scram", SqlServer.Password);
        Assert.Equal((SessionTransport.UnixSocket, "anyone"), (trusted.Transport, trusted.UserName));
        Assert.Equal((SessionTransport.UnixSocket, "by_scram"), (known.Transport, known.UserName));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Requirepeer_is_respected_as_by_psql(int major)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "requirepeer is for Unix-domain sockets.");
        SqlServer server = await SqlServer.GetAsync(major);
        string conninfo = $"host={server.Cluster.SocketDirectory} port={server.Cluster.Port} dbname=postgres user=by_scram";
        string owner = UnixAccount.OwnerOf(server.Cluster.DataDirectory)!.Name, other = owner == "nobody" ? "daemon" : "nobody";
        await using IServerSession session = await Sessions.OpenAsync($"{conninfo} requirepeer={owner}", SqlServer.Password);
        Assert.Equal("by_scram", session.UserName);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        foreach (string stranger in (string[])[other, "does-not-exist"])
        {
            PgSslException failure = await Sessions.RefusedAsync($"{conninfo} requirepeer={stranger}", SqlServer.Password);
            Assert.Equal(PgSslError.UntrustedPeer, failure.Error);
            Assert.Contains($"runs as {owner}", failure.Message);
            PsqlOutcome theirs = (await judge.ConnectAsync([$"{conninfo} password=x requirepeer={stranger}"])).Single();
            Assert.Contains($"requirepeer specifies \"{stranger}\", but actual peer user name is \"{owner}\"", theirs.Message);
        }
        // Over TCP it says nothing.
        await using IServerSession overTcp = await Sessions.OpenAsync(
            $"host=localhost port={server.Cluster.Port} dbname=postgres user=by_scram requirepeer={other}", SqlServer.Password);
        Assert.Equal("by_scram", overTcp.UserName);
    }

    private static Task AssertOpensAsync(string conninfo, string? password, params (string Name, string Value)[] variables) =>
        AssertOpensAsync(conninfo, password, "by_scram", variables);

    private static async Task AssertOpensAsync(string conninfo, string? password, string role, params (string Name, string Value)[] variables)
    {
        await using IServerSession session = await Sessions.OpenAsync(conninfo, password, variables);
        SqlRow row = Assert.Single(await session.QueryAsync("SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"));
        Assert.Equal((role, true), (row["current_user"], row.GetBoolean("ssl")));
        Assert.Equal((role, "postgres", SessionTransport.Tls), (session.UserName, session.Database, session.Transport));
    }
}
