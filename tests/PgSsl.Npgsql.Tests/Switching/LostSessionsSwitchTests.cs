using PgSsl.Changes;
using PgSsl.Sandbox;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>Sessions that other settings for TLS would cost their way back.</summary>
[Collection(SwitchServer.Collection)]
public class LostSessionsSwitchTests
{
    private const string ByCertificate = "hostssl all app 127.0.0.1/32 cert";

    private const string Long = "A Client CA with a name that is longer than the names that a server shows \u00e4\u00f6\u00fc";

    private static readonly TestAuthority ClientCa = TestAuthority.CreateRoot("Client CA"), OtherCa = TestAuthority.CreateRoot("Other Client CA");

    public static TheoryData<int, string, string> Losses
    {
        get
        {
            var data = new TheoryData<int, string, string>();
            foreach (int major in new[] { 15, 18 })
            {
                data.Add(major, "no CA", "its rule demands a client certificate, and without ssl_ca_file there is none");
                data.Add(major, "another CA", "does not have the CA of its certificate, /CN=Client CA");
                data.Add(major, "another CA of the same name", "does not have the CA of its certificate, /CN=Client CA");
                data.Add(major, "an expired CRL", "has a CRL in ");
                data.Add(major, "an expired CRL beside another CA", "the CRL of Client CA in ");
                data.Add(major, "a CRL of another CA", "has a CRL in ");
                data.Add(major, "a CRL with the certificate", "it is revoked");
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Losses))]
    public async Task A_client_with_a_certificate_is_not_locked_out(int major, string what, string why)
    {
        using var files = new ClientFiles(ClientCa, "app");
        await using SwitchServer server = await OpenAsync(major, ByCertificate, "host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        await using (client)
        {
            SslTarget target = TargetOf(server, what, files);
            SslSwitch planned = await server.PrepareAsync(target);
            var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

            Assert.Equal(PgSslError.LockOut, refused.Error);
            Assert.Contains("stays as it is, because the change would lock out: 1 session of role app from 127.0.0.1 is over TLS", refused.Message);
            Assert.Contains(why, refused.Message);
            planned.Check(isForced: true);
            SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);
            Assert.False(made.IsProven);
            Assert.Contains(made.Proofs, proof => proof is { Name: "Logins", Outcome: ProofState.NotMade });
            Assert.False((await PsqlAsync(ConnInfo(server, files))).Connected);
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Rules_that_demand_certificates_lock_out_nobody_who_is_not_connected(int major)
    {
        await using SwitchServer server = await OpenAsync(major, ByCertificate, "host all all 127.0.0.1/32 trust");
        foreach (string what in new[] { "no CA", "an expired CRL" })
        {
            using var files = new ClientFiles(ClientCa, "app");
            SslSwitch planned = await server.PrepareAsync(TargetOf(server, what, files));

            Assert.StartsWith("all users of the rules that demand client certificates (pg_hba.conf:2), because", Assert.Single(planned.LockOuts));
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_client_that_comes_back_is_no_obstacle(int major)
    {
        using var files = new ClientFiles(ClientCa, "app");
        using var below = new ClientFiles(ClientCa.CreateIntermediate("Client CA 2"), "app");
        await using SwitchServer server = await OpenAsync(major, ByCertificate, "host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        (WaitingClient sending, _) = await WaitingClient.ConnectAsync(ConnInfo(server, below));
        await using (client)
        await using (sending)
        {
            string both = server.Write("both.crt", OtherCa.CertificatePem + ClientCa.CertificatePem);
            SslSwitch planned = await server.PrepareAsync(server.On with { CaPath = both, MinimumProtocol = "TLSv1.3" });
            planned.Check(isForced: false);
            Assert.Empty(planned.Notes);
            Assert.True((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
            Assert.True((await PsqlAsync(ConnInfo(server, files))).Connected);
            Assert.True((await PsqlAsync(ConnInfo(server, below))).Connected);

            // Which CA issued the intermediate is not known. Here it is lost: nobody has a CRL of the intermediate.
            string crl = server.Write("good.crl", ClientCa.CreateCrl([]));
            SslSwitch doubtful = await server.PrepareAsync(server.On with { CrlPath = crl });
            doubtful.Check(isForced: false);
            Assert.Contains("perhaps could not come back: it is not known to which CA", Assert.Single(doubtful.Notes));
            Assert.False((await doubtful.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
            Assert.True((await PsqlAsync(ConnInfo(server, files))).Connected);
        }
    }

    /// <summary>The server escapes names, and cuts them.</summary>
    [Theory, InlineData(15, "#Cl\u00e4nt, \"CA\" + <1>; \\ "), InlineData(18, " Cl\u00e4nt\u20ac/O=x"), InlineData(15, Long), InlineData(18, Long)]
    public async Task A_CA_with_an_odd_name_is_recognized(int major, string name)
    {
        TestAuthority odd = TestAuthority.CreateRoot(name);
        using var files = new ClientFiles(odd, "app");
        await using SwitchServer server = await OpenAsync(major, ByCertificate, "host all all 127.0.0.1/32 trust");
        await server.ApplyAsync(server.On with { CaPath = server.Write("odd.crt", odd.CertificatePem) });
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        await using (client)
        {
            string both = server.Write("both.crt", odd.CertificatePem + ClientCa.CertificatePem);
            SslSwitch kept = await server.PrepareAsync(server.On with { CaPath = both, CrlPath = server.Write("odd.crl", odd.CreateCrl([])) });
            SslSwitch lost = await server.PrepareAsync(server.On with { CaPath = server.Write("other.crt", OtherCa.CertificatePem) });

            Assert.Empty(kept.LockOuts);
            Assert.Empty(kept.Notes);
            Assert.Contains("does not have the CA of its certificate, /CN=", Assert.Single(lost.LockOuts));
        }
    }

    /// <summary>The server's files are out of reach: then what they hold is not guessed.</summary>
    [Fact]
    public async Task A_CA_that_cannot_be_read_is_not_taken_for_good()
    {
        using var files = new ClientFiles(ClientCa, "app");
        await using SwitchServer server = await OpenAsync(15, ByCertificate, "host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        await using (client)
        {
            string hashed = Path.Combine(server.Cluster.DataDirectory, "crls");
            Directory.CreateDirectory(hashed);
            SslSwitch planned = await server.PrepareAsync(
                server.On with { CrlPath = hashed, IsCrlDirectory = true }, live: server.Live with { PostmasterId = null });

            string doubt = Assert.Single(planned.Notes, note => note.Contains("perhaps", StringComparison.Ordinal));
            Assert.Contains("or its CRLs cannot be read from here", doubt);
            Assert.Contains(planned.Proofs, proof => proof is { Name: "Logins", Outcome: ProofState.NotMade });
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_client_that_speaks_an_older_version_is_not_locked_out(int major)
    {
        await using SwitchServer server = await OpenAsync(major, "host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync($"{ConnInfo(server)} ssl_max_protocol_version=TLSv1.2");
        await using (client)
        {
            SslSwitch planned = await server.PrepareAsync(server.On with { MinimumProtocol = "TLSv1.3" });

            Assert.Contains("it speaks TLSv1.2, and ssl_min_protocol_version is TLSv1.3", Assert.Single(planned.LockOuts));
            Assert.Equal(PgSslError.LockOut, Assert.Throws<PgSslException>(() => planned.Check(isForced: false)).Error);
        }
        await SwitchServer.EndSessionsAsync(server.Cluster);
        Assert.Empty((await server.PrepareAsync(server.On with { MinimumProtocol = "TLSv1.3" })).LockOuts);
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_rule_that_refuses_plaintext_keeps_TLS_on(int major)
    {
        await using SwitchServer server = await OpenAsync(major, "hostnossl all all all reject", "host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server));
        await using (client)
        {
            SslSwitch planned = await server.PrepareAsync(SwitchServer.Off);

            Assert.Contains(
                "all users whom hostnossl rules with reject keep from plaintext, because they could come in plaintext only (line 2)",
                planned.LockOuts);
            Assert.Contains(
                "1 session of role app from 127.0.0.1 is over TLS and could not come back: pg_hba.conf does not let it in in plaintext",
                planned.LockOuts);
            planned.Check(isForced: true);
            Assert.False((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
            Assert.False((await PsqlAsync($"{ConnInfo(server)} sslmode=prefer")).Connected);
        }
    }

    /// <summary>The rule is for others.</summary>
    [Fact]
    public async Task A_rule_that_refuses_other_clients_in_plaintext_keeps_nobody_out()
    {
        await using SwitchServer server = await OpenAsync(
            15, "hostnossl all nobody all reject", "hostnossl all all 10.0.0.0/8 reject", "host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server));
        await using (client)
        {
            SslSwitch planned = await server.PrepareAsync(SwitchServer.Off);
            Assert.DoesNotContain(planned.LockOuts, line => !line.Contains("(line 2)", StringComparison.Ordinal));
            planned.Check(isForced: true);
            await planned.ApplyAsync(TestContext.Current.CancellationToken);
            Assert.True((await PsqlAsync($"{ConnInfo(server)} sslmode=prefer")).Connected);
        }
    }

    private static SslTarget TargetOf(SwitchServer server, string what, ClientFiles files)
    {
        DateTimeOffset past = DateTimeOffset.UtcNow.AddDays(-1);
        string expired = ClientCa.CreateCrl([], past.AddDays(-1), past);
        return what switch
        {
            "no CA" => server.On with { CaPath = "" },
            "another CA" => server.On with { CaPath = server.Write("other.crt", OtherCa.CertificatePem) },
            "another CA of the same name" =>
                server.On with { CaPath = server.Write("same.crt", TestAuthority.CreateRoot("Client CA").CertificatePem) },
            "an expired CRL" => server.On with { CrlPath = server.Write("expired.crl", expired) },
            "an expired CRL beside another CA" => server.On with
            {
                CaPath = server.Write("both.crt", OtherCa.CertificatePem + ClientCa.CertificatePem),
                CrlPath = server.Write("expired.crl", OtherCa.CreateCrl([]) + expired),
            },
            "a CRL of another CA" => server.On with { CrlPath = server.Write("other.crl", OtherCa.CreateCrl([])) },
            _ => server.On with { CrlPath = server.Write("revoked.crl", ClientCa.CreateCrl([files.Certificate])) },
        };
    }

    /// <summary>A server that does TLS and verifies client certificates.</summary>
    private static async Task<SwitchServer> OpenAsync(int major, params string[] rules)
    {
        SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On with { CaPath = server.Write("clients.crt", ClientCa.CertificatePem) });
        await server.Cluster.SetHbaAsync(rules);
        return server;
    }

    private static string ConnInfo(SwitchServer server, ClientFiles? files = null) =>
        $"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=require gssencmode=disable {files?.ConnInfo}";

    private static async Task<PsqlOutcome> PsqlAsync(string conninfo) =>
        (await (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip).ConnectAsync([conninfo]))[0];
}
