using System.Security.Cryptography.X509Certificates;
using PgSsl.Requests;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>A CA of openssl's signs what we ask for, real servers serve it, and psql verifies it.</summary>
public sealed class IssuedCertificateTests : IDisposable
{
    private const string Passphrase = "correct horse";

    private static readonly Lazy<(string Key, string Certificate)> Authority = new(CreateAuthority);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<int, string, bool> Servers
    {
        get
        {
            var servers = new TheoryData<int, string, bool>();
            foreach (int version in (int[])[15, 18])
            {
                foreach (string algorithm in KeyAlgorithms.Names)
                    servers.Add(version, algorithm, algorithm == KeyAlgorithms.Default);
            }
            return servers;
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_certificate_for_the_request_is_served_and_verified(int version, string algorithm, bool encrypted)
    {
        PsqlJudge judge = await JudgeAsync(version);
        await using PostgresCluster server = await StartAsync(version);
        using var key = GeneratedKeys.Get(algorithm);
        CertificateProfile profile = CertificateProfile.Create(new CertificateNaming
        {
            CommonName = "localhost", Organization = "ACME, \"Inc.\" + Co", IPAddresses = ["127.0.0.1"],
        });
        MakeAuthority();
        string certificate = Sign(profile.CreateRequestPem(key));
        if (encrypted)
            await server.ConfigureAsync(new Dictionary<string, string?>
            {
                ["ssl_passphrase_command"] = $"echo \"{Passphrase}\"",
                ["ssl_passphrase_command_supports_reload"] = "on",
            });

        await server.InstallCertificateAsync(certificate, KeyPem(key, encrypted));

        await AssertVerifiedAsync(judge, server, "root.crt", "localhost", "127.0.0.1");
    }

    [Theory]
    [InlineData(15, "ecdsa-p256")]
    [InlineData(15, "rsa-2048")]
    [InlineData(18, "ecdsa-p384")]
    public async Task A_self_signed_certificate_is_served_and_verified_with_itself(int version, string algorithm)
    {
        PsqlJudge judge = await JudgeAsync(version);
        await using PostgresCluster server = await StartAsync(version);
        using var key = GeneratedKeys.Get(algorithm);
        var profile = CertificateProfile.Create(new CertificateNaming { CommonName = "localhost", IPAddresses = ["127.0.0.1"] });
        using X509Certificate2 certificate = profile.CreateSelfSigned(key, 365, DateTimeOffset.UtcNow);
        string pem = certificate.ExportCertificatePem() + "\n";
        _directory.Write("self.crt", pem);

        await server.InstallCertificateAsync(pem, KeyPem(key, encrypted: false));

        await AssertVerifiedAsync(judge, server, "self.crt", "localhost", "127.0.0.1");
    }

    [Theory]
    [InlineData(15, CertificateRole.Client, false)]
    [InlineData(15, CertificateRole.Client, true)]
    [InlineData(18, CertificateRole.Replication, false)]
    public async Task A_client_logs_in_as_the_role_that_its_common_name_is(int version, CertificateRole role, bool encrypted)
    {
        PsqlJudge judge = await JudgeAsync(version);
        await using PostgresCluster server = await StartAsync(version, "hostssl all all 127.0.0.1/32 cert");
        await server.QueryAsync("create role \"Ärger, Inc.\" login; create role other login");
        MakeAuthority();
        using var serverKey = CertificateKey.Generate(KeyAlgorithms.Default);
        using var clientKey = CertificateKey.Generate(KeyAlgorithms.Default);
        string served = Sign(CertificateProfile.Create(new CertificateNaming { CommonName = "localhost" }).CreateRequestPem(serverKey));
        await server.InstallCertificateAsync(served, KeyPem(serverKey, encrypted: false), File.ReadAllText(PathOf("root.crt")));
        var client = CertificateProfile.Create(new CertificateNaming { Role = role, CommonName = "Ärger, Inc." });
        _directory.Write("client.crt", Sign(client.CreateRequestPem(clientKey)));
        _directory.Write("client.key", KeyPem(clientKey, encrypted));
        Run("chmod 600 client.key");

        string conninfo = $"host=localhost hostaddr=127.0.0.1 port={server.Port} dbname=postgres " +
            $"sslmode=verify-full sslrootcert={PathOf("root.crt")} sslcert={PathOf("client.crt")} sslkey={PathOf("client.key")}" +
            (encrypted ? $" sslpassword='{Passphrase}'" : "");
        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync([$"{conninfo} user='Ärger, Inc.'", $"{conninfo} user=other"]);

        Assert.True(outcomes[0].Connected, outcomes[0].Message);
        Assert.Contains("certificate authentication failed for user \"other\"", outcomes[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewal_with_the_same_key_and_names_is_served_as_the_old_one_was()
    {
        PsqlJudge judge = await JudgeAsync(15);
        await using PostgresCluster server = await StartAsync(15);
        using var key = GeneratedKeys.Get("rsa-2048");
        MakeAuthority();
        var naming = new CertificateNaming { CommonName = "localhost", Organization = "ACME, Inc." };
        string first = Sign(CertificateProfile.Create(naming).CreateRequestPem(key));
        using var served = X509Certificate2.CreateFromPem(first);
        using var sameKey = CertificateKey.Read(key.ExportPem(default), null, "server.key");

        string renewed = Sign(CertificateProfile.Create(new CertificateNaming { Certificate = served }).CreateRequestPem(sameKey));
        await server.InstallCertificateAsync(renewed, KeyPem(key, encrypted: false));

        using var certificate = X509Certificate2.CreateFromPem(renewed);
        Assert.Equal(served.SubjectName.RawData, certificate.SubjectName.RawData);
        Assert.NotEqual(served.SerialNumber, certificate.SerialNumber);
        await AssertVerifiedAsync(judge, server, "root.crt", "localhost");
    }

    private async Task AssertVerifiedAsync(PsqlJudge judge, PostgresCluster server, string root, params string[] hosts)
    {
        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync([.. hosts.Select(host =>
            $"host={host} hostaddr=127.0.0.1 port={server.Port} user=postgres dbname=postgres sslmode=verify-full sslrootcert={PathOf(root)}")]);
        Assert.All(outcomes, outcome => Assert.True(outcome is { Connected: true, Transport: "tls" }, outcome.Message));
    }

    private static async Task<PsqlJudge> JudgeAsync(int version)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        return (await PsqlJudge.ForLibpqAsync(version)).OrSkip(Assert.Skip);
    }

    private static async Task<PostgresCluster> StartAsync(int version, params string[] hba) => await ClusterPool.RentAsync(
        (await PostgresInstallation.FindAsync(version)).OrSkip(Assert.Skip), hba.Length == 0 ? null : new ClusterOptions { Hba = hba });

    private void MakeAuthority()
    {
        _directory.Write("ca.key", Authority.Value.Key);
        _directory.Write("root.crt", Authority.Value.Certificate);
    }

    private static (string Key, string Certificate) CreateAuthority()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("ca.cnf", "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n");
        directory.Write("ca.key", RsaKeys.Get(2048).ExportPkcs8PrivateKeyPem());
        OpenSslJudge.Run(
            directory.Path,
            "openssl req -new -key ca.key -subj /CN=Test-CA -out ca.csr 2>/dev/null && " +
            "openssl x509 -req -in ca.csr -signkey ca.key -extfile ca.cnf -days 30 -out root.crt 2>/dev/null");
        return (File.ReadAllText(Path.Combine(directory.Path, "ca.key")), File.ReadAllText(Path.Combine(directory.Path, "root.crt")));
    }

    /// <summary>As a CA does that takes over what is asked for.</summary>
    private string Sign(string requestPem)
    {
        _directory.Write("request.csr", requestPem);
        Run("rm -f issued.crt; openssl x509 -req -in request.csr -CA root.crt -CAkey ca.key -CAcreateserial -copy_extensions copy " +
            "-days 10 -out issued.crt 2>/dev/null");
        return File.ReadAllText(PathOf("issued.crt"));
    }

    private static string KeyPem(CertificateKey key, bool encrypted) =>
        System.Text.Encoding.ASCII.GetString(key.ExportPem(encrypted ? Passphrase : default(ReadOnlySpan<char>)));

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private void Run(string script) => OpenSslJudge.Run(_directory.Path, script);
}
