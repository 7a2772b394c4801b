using Npgsql;
using PgSsl.Connections;
using PgSsl.Connections.Formats;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>What is written leads psql, or Npgsql, to a real server, verified.</summary>
public sealed class LiveFormatTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string, string> Servers => new()
    {
        { "localhost", "root.crt" },
        { "127.0.0.1", "my 'root' 100%+ü.crt" },
        { "::1", "a=b;c&d.crt" },
        { "localhost,127.0.0.1", "root,1.crt" },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Psql_connects_verified_by_each_of_libpqs_forms(string host, string rootName)
    {
        TlsCluster tls = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        Assert.SkipWhen(host == "::1" && !LoopbackPort.HasIPv6, "There is no IPv6 on this machine.");
        PgEndpoint endpoint = Endpoint(tls, host, rootName);
        string service = _directory.Write("services", System.Text.Encoding.UTF8.GetBytes(Text("Service", endpoint) + "\n"));

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
        [
            new(Text("Uri", endpoint)),
            new(Text("Conninfo", endpoint)),
            new("service=written", new Dictionary<string, string?> { ["PGSERVICEFILE"] = service }),
            new("connect_timeout=20", Variables(Text("Environment", endpoint))),
        ]);

        Assert.All(outcomes, outcome => Assert.True(outcome.Transport == "tls", outcome.Message));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Npgsql_connects_verified(string host, string rootName)
    {
        TlsCluster tls = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        Assert.SkipWhen(host == "::1" && !LoopbackPort.HasIPv6, "There is no IPv6 on this machine.");
        await using var source = NpgsqlDataSource.Create(Text("Npgsql", Endpoint(tls, host, rootName)) + ";Pooling=false");

        await using NpgsqlCommand command = source.CreateCommand("select ssl from pg_stat_ssl where pid = pg_backend_pid()");

        Assert.Equal(true, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Only then does an address need brackets, and the name to verify must not have them.</summary>
    [Fact]
    public async Task Npgsql_verifies_the_second_of_two_IPv6_addresses_with_ports_of_their_own()
    {
        TlsCluster tls = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        Assert.SkipUnless(LoopbackPort.HasIPv6, "There is no IPv6 on this machine.");
        PgEndpoint endpoint = Endpoint(tls, "::1,::1", "root.crt").With("port", $"1,{tls.Cluster.Port}");
        await using var source = NpgsqlDataSource.Create(Text("Npgsql", endpoint) + ";Pooling=false");

        await using NpgsqlConnection connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        Assert.Equal(tls.Cluster.Port, connection.Port);
    }

    [Fact]
    public async Task A_wrong_root_is_refused_by_each_so_that_the_above_shows_something()
    {
        TlsCluster tls = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        PgEndpoint endpoint = Endpoint(tls, "localhost", "wrong.crt");
        _directory.Write("wrong.crt", TestAuthority.CreateRoot("Another Root CA").CertificatePem);

        IReadOnlyList<PsqlOutcome> outcomes =
            await judge.ConnectAsync([new(Text("Uri", endpoint)), new("connect_timeout=20", Variables(Text("Environment", endpoint)))]);

        Assert.All(outcomes, outcome => Assert.Contains("certificate verify failed", outcome.Message));
        await using var source = NpgsqlDataSource.Create(Text("Npgsql", endpoint) + ";Pooling=false");
        await Assert.ThrowsAsync<NpgsqlException>(async () => await source.OpenConnectionAsync(TestContext.Current.CancellationToken));
    }

    private PgEndpoint Endpoint(TlsCluster tls, string host, string rootName) => PgEndpoint.FromParameters(new Dictionary<string, string>
    {
        ["host"] = host,
        ["port"] = $"{tls.Cluster.Port}",
        ["user"] = "postgres",
        ["dbname"] = "postgres",
        ["sslmode"] = "verify-full",
        ["sslrootcert"] = _directory.Write(rootName, tls.Root.CertificatePem),
    });

    private static string Text(string format, PgEndpoint endpoint)
    {
        FormattedConnection written = ConnectionStringWriter.Write(
            endpoint, ConnectionStringFormats.Get(format), ConnectionEnvironment.Capture(), new() { ServiceName = "written" });
        Assert.Empty(written.Warnings);
        return written.Text;
    }

    private static Dictionary<string, string?> Variables(string lines) =>
        lines.Split('\n').Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]);
}
