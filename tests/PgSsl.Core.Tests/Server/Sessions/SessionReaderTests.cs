using PgSsl.Server;
using PgSsl.Server.Sessions;

namespace PgSsl.Tests.Server.Sessions;

/// <summary>Rows of the views, and what is chosen among sessions; that real servers give such rows is for PgSsl.Npgsql.Tests.</summary>
[Fast]
public class SessionReaderTests
{
    [Theory]
    [InlineData("5432", "t", "f", "tls")]
    [InlineData("5432", "f", "t", "gss")]
    [InlineData("5432", "f", "f", "plaintext")]
    [InlineData("-1", "f", "f", "socket")]
    [InlineData(null, null, null, "unknown")]
    public void The_transport_is_told_by_port_TLS_and_GSSAPI(string? port, string? ssl, string? gss, string transport) =>
        Assert.Equal(transport, Read(("port", port), ("ssl", ssl), ("gss", gss)).Sessions[0].Transport);

    /// <summary>gss_auth without encryption: the password is safe, and what follows is not.</summary>
    [Fact]
    public void Who_is_authenticated_by_GSSAPI_is_not_encrypted_by_that()
    {
        SslSession session = Read(("gss", "f"), ("principal", "app@EXAMPLE.COM")).Sessions[0];
        Assert.Equal(("plaintext", "app@EXAMPLE.COM"), (session.Transport, session.Principal));
    }

    [Theory]
    [InlineData("10.0.0.7", false)]
    [InlineData("127.0.0.9", true)]
    [InlineData("::1", true)]
    [InlineData(null, false)]
    public void Loopback_is_recognised(string? address, bool isLoopback) =>
        Assert.Equal(isLoopback, Read(("address", address)).Sessions[0].IsLoopback);

    [Theory]
    [InlineData("postgres", "f", 1)]
    [InlineData(null, "t", 1)]
    [InlineData(null, "f", 0)]
    public void What_is_hidden_counts_where_it_may_be_a_client(string? database, string walsender, int count)
    {
        SessionList list = Read(("type", null), ("database", database), ("walsender", walsender));
        Assert.Equal((0, count), (list.Sessions.Count, list.HiddenCount));
    }

    [Theory]
    [InlineData(100_000, false)]
    [InlineData(110_022, false)]
    [InlineData(120_000, true)]
    [InlineData(180_004, true)]
    public void Before_12_there_is_no_GSSAPI_and_one_name_of_the_client_only(int version, bool isNew)
    {
        string sql = SessionReader.SqlFor(new ServerVersion(version));
        Assert.Equal((isNew, isNew, !isNew), (sql.Contains("pg_stat_gssapi"), sql.Contains("client_serial"), sql.Contains("clientdn")));
        Assert.DoesNotContain("{", sql);
    }

    [Fact]
    public void A_sweep_takes_plaintext_from_the_network_and_says_what_it_leaves()
    {
        SslSession far = Session(1), loopback = Session(2) with { IsLoopback = true }, replication = Session(3) with { IsReplication = true },
            tls = Session(4) with { Transport = "tls" }, own = Session(5) with { IsOwn = true };

        var sweep = SessionSweep.Of([far, loopback, replication, tls, own], areNamed: false);

        Assert.Equal([far], sweep.Sessions);
        Assert.Equal(2, sweep.Left.Count);
        Assert.StartsWith("1 plaintext session is left: to end replication", sweep.Left[0]);
        Assert.StartsWith("1 plaintext session is left: loopback connections", sweep.Left[1]);
    }

    [Fact]
    public void Whoever_is_named_is_taken_but_for_what_is_not_in_plaintext_and_the_session_that_asks()
    {
        SslSession loopback = Session(2) with { IsLoopback = true }, replication = Session(3) with { IsReplication = true },
            tls = Session(4) with { Transport = "tls" }, own = Session(5) with { IsOwn = true };

        var sweep = SessionSweep.Of([loopback, replication, tls, own], areNamed: true);

        Assert.Equal([loopback, replication], sweep.Sessions);
        Assert.Equal([$"{tls} is not in plaintext, and is left.", $"{own} is the session that asks, and is left."], sweep.Left.Order());
    }

    [Fact]
    public void A_key_means_the_process_of_that_time()
    {
        SslSession session = Session(7);
        Assert.True(new SessionKey(7, null).Means(session));
        Assert.True(new SessionKey(7, session.BackendStart.ToLocalTime()).Means(session));
        Assert.False(new SessionKey(7, session.BackendStart.AddTicks(1)).Means(session));
        Assert.False(new SessionKey(8, null).Means(session));
        Assert.Equal(PgSslError.SessionNotFound, new SessionKey(8, null).NotFound("db1").Error);
    }

    [Fact]
    public void A_session_in_a_line_says_who_from_where_and_how() => Assert.Equal(
        "7 app@orders from 10.0.0.7:50000 (billing), plaintext since 2026-11-28 01:02:03Z", Session(7).ToString());

    private static SslSession Session(int pid) =>
        Read(
            ("pid", $"{pid}"), ("address", "10.0.0.7"), ("application", "billing"), ("database", "orders"),
            ("backend_start", "2026-11-28 01:02:03+00")).Sessions[0];

    private static SessionList Read(params (string Column, string? Value)[] values)
    {
        Dictionary<string, string?> row = new()
        {
            ["pid"] = "4711", ["role"] = "app", ["database"] = "postgres", ["address"] = "10.0.0.7", ["port"] = "50000", ["hostname"] = null,
            ["application"] = "", ["type"] = "client backend", ["backend_start"] = "2026-11-28 01:02:03.123456+00", ["state"] = "idle",
            ["state_change"] = null, ["ssl"] = "f", ["version"] = null, ["cipher"] = null, ["bits"] = null, ["dn"] = null, ["serial"] = null,
            ["issuer"] = null, ["principal"] = null, ["gss"] = "f", ["walsender"] = "f", ["replication"] = null, ["own"] = "f",
        };
        foreach ((string column, string? value) in values)
            row[column] = value;
        return SessionReader.Read([new SqlRow([.. row.Select(pair => (pair.Key, pair.Value))])], "db1:5432");
    }
}
