using PgSsl.Connections;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

/// <summary>
/// Our verdicts beside what psql does in the same moment: server certificates × host names × roots × six modes × what pg_hba.conf
/// admits, on the oldest and the newest PostgreSQL. Same outcome and same transport, and the same cause where it does not connect.
/// </summary>
public sealed class PsqlMatrixTests(PsqlMatrixTests.Servers servers) : IClassFixture<PsqlMatrixTests.Servers>
{
    private static readonly string[] Hosts = [MatrixPki.HostName, "elsewhere.test", "127.0.0.1"];
    private static readonly string[] Users = ["either", "tls_only", "plain_only"];
    private static readonly SslMode[] AllModes = Enum.GetValues<SslMode>(), VerifyFull = [SslMode.VerifyFull];

    public static TheoryData<int, string> Cases()
    {
        var data = new TheoryData<int, string>();
        foreach (string served in MatrixPki.Served.Keys)
        {
            data.Add(15, served);
            data.Add(18, served);
        }
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Agrees_with_psql_about_a_server_that_serves(int version, string served)
    {
        PostgresCluster server = await servers.GetAsync(version, tls: true);
        (string chainPem, TestCertificate certificate) = MatrixPki.Served[served];
        await server.InstallCertificateAsync(chainPem, certificate.KeyPem);

        await AssertAgreementAsync(version, server, Users, atLeast: 200);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Agrees_with_psql_about_a_server_without_TLS(int version) =>
        await AssertAgreementAsync(version, await servers.GetAsync(version, tls: false), ["either"], atLeast: 70);

    /// <summary>libpq looks at what came with the S only after the handshake.</summary>
    [Fact]
    public async Task Agrees_with_psql_about_bytes_that_come_with_the_S_and_no_handshake()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(18)).OrSkip(Assert.Skip);
        TlsCluster real = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        await using HostileServer server = HostileServer.Start(HostileRelay.StuffThenClose(real.Cluster.Port));
        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());
        await agreement.AddAsync(
            $"host=127.0.0.1 port={server.Port} user=postgres dbname=postgres gssencmode=disable", ["sslrootcert=/nonexistent"],
            [SslMode.Allow, SslMode.Prefer, SslMode.Require]);
        await agreement.AssertAsync(atLeast: 3);
    }

    private async Task AssertAgreementAsync(int version, PostgresCluster server, IReadOnlyList<string> users, int atLeast)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(version)).OrSkip(Assert.Skip);
        using var agreement = new PsqlAgreement(judge, servers.Pki.Environment);
        string[] roots = [.. servers.Pki.RootSettings.Where(pair => IsRuleOf(version, pair.Key)).Select(pair => pair.Value)];
        foreach (string user in users)
        {
            foreach (string host in Hosts)
            {
                // The host name matters to verify-full only: the other modes are asked about once.
                await agreement.AddAsync(
                    $"host={host} hostaddr=127.0.0.1 port={server.Port} dbname=postgres user={user}",
                    roots,
                    host == Hosts[0] ? AllModes : VerifyFull);
            }
        }
        await agreement.AssertAsync(atLeast);
    }

    /// <summary>
    /// libpq before 16 takes "system" for a file's name. And the libpq 18 that is to be had here is linked with OpenSSL 1.1.1, which does
    /// not trust a self-signed certificate without the right to sign certificates; ours are the rules of OpenSSL 3, Debian's libpq 15's.
    /// </summary>
    private static bool IsRuleOf(int version, string root) => root switch
    {
        "system" => version >= 16,
        "the self-signed leaf" => version < 16,
        _ => true,
    };

    /// <summary>One server with TLS and one without per version, and the root files.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly Dictionary<(int, bool), PostgresCluster> _clusters = [];

        internal MatrixPki Pki { get; } = new();

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async Task<PostgresCluster> GetAsync(int version, bool tls)
        {
            if (_clusters.TryGetValue((version, tls), out PostgresCluster? running))
                return running;
            PostgresInstallation installation = (await PostgresInstallation.FindAsync(version)).OrSkip(Assert.Skip);
            PostgresCluster cluster = await ClusterPool.RentAsync(installation, new ClusterOptions
            {
                Hba =
                [
                    "local all all trust",
                    "host all either 127.0.0.1/32 trust",
                    "hostssl all tls_only 127.0.0.1/32 trust",
                    "hostnossl all plain_only 127.0.0.1/32 trust",
                ],
            });
            foreach (string user in Users)
                await cluster.QueryAsync($"create role {user} login");
            return _clusters[(version, tls)] = cluster;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (PostgresCluster cluster in _clusters.Values)
                await cluster.DisposeAsync();
            Pki.Dispose();
        }
    }
}
