using System.Text;
using PgSsl.Poolers;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Poolers;

/// <summary>What counts in pgbouncer.ini is what the real PgBouncer says that it uses.</summary>
public sealed class PgBouncerAgreementTests
{
    private static readonly string[] Keys =
    [
        "server_tls_sslmode", "server_tls_ca_file", "server_tls_ciphers", "max_client_conn", "default_pool_size", "server_idle_timeout",
        "query_wait_timeout",
    ];

    [Theory]
    [InlineData("server_tls_sslmode = allow\nserver_tls_sslmode=require\nmax_client_conn\t=\t41 \r\n")]
    [InlineData(
        "max_client_conn = 42\n  ; default_pool_size = 7\n# default_pool_size = 8\nserver_tls_ca_file = /a # b\nserver_tls_ciphers = \"HIGH\"")]
    [InlineData("max_client_conn = 43\n[databases]\nmax_client_conn = dbname=x\n[users]\n[pgbouncer]\ndefault_pool_size = 9\n{again}")]
    [InlineData("%include {more}\nserver_tls_sslmode = prefer\n")]
    [InlineData("[users] [pgbouncer] default_pool_size = 11\n{again}")]
    public async Task The_settings_that_count_are_those_that_PgBouncer_shows(string more)
    {
        PgBouncer.Find().OrSkip(Assert.Skip);
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
        await using PgBouncer bouncer = await PgBouncer.StartAsync(
            cluster, null, moreText: more, included: "server_idle_timeout = 77\n[users]\n[pgbouncer]\nquery_wait_timeout = 99\n{again}");
        PgBouncerIni ini = PgBouncerIni.Read(bouncer.IniPath);

        await using SqlConversation console =
            await SqlConversation.OpenAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(bouncer.SocketPath), "pgbouncer", Encoding.UTF8);
        // key, value, default, changeable
        IReadOnlyList<IReadOnlyList<string?>> shown = await console.QueryAsync("SHOW CONFIG");

        foreach (string key in Keys)
        {
            IReadOnlyList<string?> row = shown.First(row => row[0] == key);
            Assert.Equal((key, row[1]), (key, ini.Find(key)?.Value ?? row[2]));
        }
    }
}
