using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates.Trust;
using PgSsl.Deployment;
using PgSsl.Inspection;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Tests.Deployment;

/// <summary>A certificate is not installed where it costs clients what they have, unless the user accepts that.</summary>
public class DeploymentRiskTests
{
    public static TheoryData<int> Majors => CertificateServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_leaf_without_its_intermediate_is_refused_and_not_called_proven_by_force(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.CertificatePem);

        var refused = Assert.Throws<PgSslException>(() => deployment.Check(isForced: false));

        Assert.Equal(PgSslError.ConnectionsAtRisk, refused.Error);
        Assert.Contains("'Renewal Issuing CA', which issued", refused.Message);
        deployment.Check(isForced: true);
        ServerCertificateInstallation made = (await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output;
        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Clients", Outcome: Changes.ProofState.NotMade });
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_that_nobody_loaded_cost_no_session_when_a_certificate_is_installed(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        server.SkipIfRulesNeverWait();
        await server.Cluster.QueryAsync("CREATE ROLE app LOGIN");
        await server.Cluster.SetHbaAsync("host all all 127.0.0.1/32 trust");
        await server.Session.DisposeAsync();
        server.Session = await CertificateServer.OpenAsync(server.Cluster);
        await using IServerSession session =
            await Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=require");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(server.Cluster.HbaPath, "local all postgres trust\n", TestContext.Current.CancellationToken);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.ChainPem);

        var refused = Assert.Throws<PgSslException>(() => deployment.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("1 session of role app from 127.0.0.1 over TLS", refused.Message);
        Assert.Contains(deployment.Lines, line => line.Contains("pg_hba.conf was saved at", StringComparison.Ordinal));
        deployment.Check(isForced: true);
        Assert.Single((await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output.PendingEdits);
    }

    /// <summary>The newest version that the server allows, and what it would speak.</summary>
    public static TheoryData<int, string, string> Newest => new()
    {
        { 15, "", "no TLSv1.2 any more" }, { 15, "TLSv1.2", "no TLS at all" }, { 18, "", "no TLSv1.2 any more" }, { 18, "TLSv1.2", "no TLS at all" },
    };

    [Theory, MemberData(nameof(Newest))]
    public async Task A_key_that_the_ciphers_do_not_suit_is_refused_before_anything_is_written(int major, string newest, string what)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await ServeRsaAsync(server, newest);
        (string certificate, string key) = (await File.ReadAllTextAsync(server.CertificatePath, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(server.KeyPath, TestContext.Current.CancellationToken));
        TestCertificate ecdsa = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());

        var refused = await Assert.ThrowsAsync<PgSslException>(() => PrepareAsync(server, ecdsa, ecdsa.ChainPem));

        Assert.Equal(PgSslError.RequirementNotMet, refused.Error);
        Assert.Contains(what, refused.Message);
        Assert.Equal(certificate, await File.ReadAllTextAsync(server.CertificatePath, TestContext.Current.CancellationToken));
        Assert.Equal(key, await File.ReadAllTextAsync(server.KeyPath, TestContext.Current.CancellationToken));
    }

    /// <summary>Where nobody can judge the list before, nobody waits for what does not come: clients with sslmode=prefer are in plaintext.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_key_that_the_server_cannot_serve_is_put_back_at_once(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        TestCertificate rsa = await ServeRsaAsync(server, "TLSv1.2");
        using ServerCertificatePlan plan = await server.PlanAsync(CertificateServer.Issuing.Issue(LeafOptions.ForLoopback()));
        ServerCertificateChange change = await server.PrepareAsync(plan, timeout: TimeSpan.FromMinutes(2));
        long start = System.Diagnostics.Stopwatch.GetTimestamp();

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        TimeSpan taken = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        Assert.True(taken < TimeSpan.FromMinutes(1), $"It took {taken.TotalSeconds:F0} s.");
        await server.AssertServesAsync(rsa);
    }

    /// <summary>A list of ciphers for RSA alone leaves none for an ECDSA key in TLS 1.2; TLS 1.3 does not go by it.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_key_for_which_TLS12_has_no_ciphers_is_put_back(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await ServeRsaAsync(server, "");
        using ServerCertificatePlan plan = await server.PlanAsync(CertificateServer.Issuing.Issue(LeafOptions.ForLoopback()));
        ServerCertificateChange change = await server.PrepareAsync(plan);

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("does not speak TLSv1.2 with the new key", failure.Message);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Settings_that_the_server_would_not_load_are_refused_before_anything_is_written(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl_ca_file = 'missing.pem'");
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());

        var refused = await Assert.ThrowsAsync<PgSslException>(() => PrepareAsync(server, renewed, renewed.ChainPem));

        Assert.Equal(PgSslError.RequirementNotMet, refused.Error);
        Assert.Contains("missing.pem", refused.Message);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Another_certificate_file_that_waits_for_a_reload_is_refused_and_found(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl_cert_file = 'missing.crt'");
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());

        var refused = await Assert.ThrowsAsync<PgSslException>(() => PrepareAsync(server, renewed, renewed.ChainPem));

        Assert.Equal(PgSslError.ContradictoryParameters, refused.Error);
        Finding[] findings = SslConfigurationFindings.Find(
            await SslConfigurationReader.ReadAsync(await server.ObserveAsync(), TestContext.Current.CancellationToken));
        Assert.Contains(findings, finding => finding.Level == FindingSeverity.Critical && finding.Message.Contains("missing.crt"));
    }

    /// <summary>What the user said about clients, or what libpq itself cannot do, is not forgotten by force.</summary>
    [Theory, InlineData("HostNames"), InlineData("Trusted"), InlineData("ChannelBinding")]
    public async Task Clients_that_would_fail_are_not_called_proven_by_force(string requirement)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(15);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        (string pem, string key) = requirement == "ChannelBinding" ? Ed25519Chain.Get() : (renewed.ChainPem, renewed.KeyPem);
        var otherRoot = TrustStore.FromCertificates([TestAuthority.CreateRoot("Other Root").Certificate.Certificate], "root.crt");
        using CertificateDeployment deployment = await PrepareAsync(server, key, pem, facts => requirement switch
        {
            "HostNames" => facts with { HostNames = ["db.example.org"] },
            "Trusted" => facts with { ClientRoots = otherRoot },
            _ => facts,
        });

        Assert.Equal(PgSslError.ConnectionsAtRisk, Assert.Throws<PgSslException>(() => deployment.Check(isForced: false)).Error);
        deployment.Check(isForced: true);
        ServerCertificateInstallation made = (await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Clients", Outcome: Changes.ProofState.NotMade });
    }

    /// <summary>A file with the certificate and its root is ssl_ca_file as well; the root does not belong into what is installed.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_file_that_is_the_list_of_CAs_as_well_does_not_lose_them_in_silence(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        SandboxDirectory.WritePrivate(server.CertificatePath, CertificateServer.Old.ChainPem + CertificateServer.Root.CertificatePem);
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_ca_file"] = "server.crt" });
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.ChainPem);

        var refused = Assert.Throws<PgSslException>(() => deployment.Check(isForced: false));

        Assert.Equal(PgSslError.ConnectionsAtRisk, refused.Error);
        Assert.Contains("is the ssl_ca_file as well, and 'Renewal Root' would not be in it any more", refused.Message);
        deployment.Check(isForced: true);
        Assert.False((await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
    }

    public static TheoryData<int, string> Broken
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (int major in new[] { 15, 18 })
                foreach (string line in new[] { "work_mem = abc", "=== garbage", "max_connections = 3" })
                    data.Add(major, line);
            return data;
        }
    }

    [Theory, MemberData(nameof(Broken))]
    public async Task A_server_that_does_not_start_again_is_not_proven(int major, string line)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await File.AppendAllTextAsync(
            Path.Combine(server.Cluster.DataDirectory, "postgresql.conf"), $"\n{line}\n", TestContext.Current.CancellationToken);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.ChainPem);
        deployment.Check(isForced: false);

        ServerCertificateInstallation made = (await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Start", Outcome: Changes.ProofState.NotMade });
        await server.AssertServesAsync(renewed);
    }

    /// <summary>The reload that loads the certificate would load that, too.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_server_whose_TLS_somebody_switched_off_is_not_reloaded(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl = off");
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());

        var refused = await Assert.ThrowsAsync<PgSslException>(() => PrepareAsync(server, renewed, renewed.ChainPem));

        Assert.Equal(PgSslError.RequirementNotMet, refused.Error);
        Assert.EndsWith("Somebody switched ssl off, and did not load that.", refused.Message);
        using X509Certificate2? served = await CertificateProbe.ReadAsync(server.Cluster.Port);
        Assert.NotNull(served);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Nothing_wrong_is_proven(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.ChainPem);

        ServerCertificateInstallation made = (await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.True(made.IsProven, string.Join(Environment.NewLine, made.Proofs));
    }

    /// <summary>A server with an RSA key, and ciphers for that alone.</summary>
    private static async Task<TestCertificate> ServeRsaAsync(CertificateServer server, string newest)
    {
        TestCertificate rsa = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 });
        await server.Cluster.InstallCertificateAsync(rsa);
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl_ciphers"] = "ECDHE-RSA-AES256-GCM-SHA384", ["ssl_max_protocol_version"] = newest,
        });
        // A session that waits loads its settings at its next statement.
        await server.Session.QueryAsync("SELECT 1", null, TestContext.Current.CancellationToken);
        return rsa;
    }

    private static Task<CertificateDeployment> PrepareAsync(CertificateServer server, TestCertificate certificate, string pem) =>
        PrepareAsync(server, certificate.KeyPem, pem, facts => facts);

    internal static async Task<CertificateDeployment> PrepareAsync(
        CertificateServer server, string keyPem, string pem, Func<ServerCertificateFacts, ServerCertificateFacts> complete)
    {
        var recipient = ServerRecipient.Of(await server.ObserveAsync(), await server.AskAsync(), null, null);
        var issued = new IssuedCertificates(
            IssuedCertificates.Read(Encoding.ASCII.GetBytes(pem), "it").Certificates, Encoding.ASCII.GetBytes(keyPem));
        IReadOnlyList<ServedAt> served = await recipient.ObserveAsync(TestContext.Current.CancellationToken);
        return CertificateDeployment.Prepare(
            recipient, recipient.Target, served, new DeploymentRequest(issued, null, null, null, complete));
    }
}
