using PgSsl.Connections;
using PgSsl.Inspection;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Served;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Inspection;

/// <summary>What a server says about its TLS, what is in its files, and what it serves; and what is the matter with it.</summary>
public class SslConfigurationTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Configuration Root CA");
    private static readonly TestAuthority Issuer = Root.CreateIntermediate("Configuration Issuing CA");

    public static TheoryData<int> Majors => [15, 18];

    [Theory, MemberData(nameof(Majors))]
    public async Task All_is_well_where_nothing_is_found(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major);
        SslConfiguration seen = await ObserveAsync(cluster);

        Assert.Empty(seen.Findings);
        Assert.Equal((true, true, false, true), (seen.Ssl, seen.ServesTls, seen.IsDrifted, seen.KeyMatches));
        Assert.Equal(Path.Combine(cluster.DataDirectory, "server.crt"), seen.CertificatePath);
        Assert.Equal(seen.ServedFingerprint, seen.FileFingerprint);
        Assert.Equal(major, int.Parse(seen.ServerVersion!.Split('.')[0], null));
        SslSetting ssl = seen.Settings.Single(setting => setting.Name == "ssl");
        Assert.Equal(("on", "off", "configuration file"), (ssl.Value, ssl.Default, ssl.Source));
        Assert.Equal("ssl = on", File.ReadLines(ssl.SourceFile!).ElementAt(ssl.SourceLine!.Value - 1).Replace("'", "", StringComparison.Ordinal));
    }

    /// <summary>The file is new, and nobody has reloaded.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_forgotten_reload_is_drift_and_ends_with_the_reload(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major);
        SslConfiguration before = await ObserveAsync(cluster);
        TestCertificate renewed = Issuer.Issue(LeafOptions.ForLoopback());
        await File.WriteAllTextAsync(before.CertificatePath!, renewed.ChainPem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(before.KeyPath!, renewed.KeyPem, TestContext.Current.CancellationToken);

        SslConfiguration drifted = await ObserveAsync(cluster);
        await cluster.ReloadAsync();
        SslConfiguration after = await ObserveAsync(cluster);

        Assert.True(drifted.IsDrifted);
        Assert.Equal(before.ServedFingerprint, drifted.ServedFingerprint);
        Assert.Equal("CertificateDrift", Assert.Single(drifted.Findings).Code);
        Assert.Equal((false, drifted.FileFingerprint), (after.IsDrifted, after.ServedFingerprint));
    }

    /// <summary>The server runs on, and the real one does not come up again.</summary>
    [Fact]
    public async Task A_key_that_others_can_read_waits_for_the_next_restart()
    {
        await using PostgresCluster cluster = await StartAsync(15);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows checks no modes.");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode((await ObserveAsync(cluster)).KeyPath!, (UnixFileMode)0b110_100_100);

        SslConfiguration seen = await ObserveAsync(cluster);

        Finding finding = Assert.Single(seen.Findings);
        Assert.Equal(("KeyFileAccess", FindingSeverity.Critical), (finding.Code, finding.Level));
        Assert.EndsWith("The next restart would fail.", finding.Message, StringComparison.Ordinal);
        Assert.True(seen.ServesTls);
        Assert.Equal("0644", seen.KeyMode);
        await cluster.StopAsync();
        await Assert.ThrowsAsync<SandboxException>(cluster.StartAgainAsync);
        Assert.Contains("has group or world access", cluster.ReadLog(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task On_that_does_not_work_is_seen_on_the_wire(int major)
    {
        await using PostgresCluster cluster = await ClusterPool.RentAsync((await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip));
        Assert.Contains((await ObserveAsync(cluster)).Findings, finding => finding.Code == "TlsIsOff");

        await cluster.QueryAsync("ALTER SYSTEM SET ssl = on");
        await cluster.ReloadAsync();
        SslConfiguration seen = await ObserveAsync(cluster);

        Assert.Equal((true, false), (seen.Ssl, seen.ServesTls));
        Assert.Contains(seen.Findings, finding => finding is { Code: "SslOnButNotServed", Level: FindingSeverity.Critical });
        Assert.Contains(seen.Findings, finding => finding.Code == "CertificateFileAccess");
    }

    public static TheoryData<string, string, string> Settings => new()
    {
        { "ssl_min_protocol_version", "TLSv1", "OldProtocolAllowed" },
        { "ssl_max_protocol_version", "TLSv1.2", "NewestProtocolForbidden" },
        { "ssl_ciphers", "ALL", "WeakCiphers" },
        { "ssl_prefer_server_ciphers", "off", "ClientChoosesCipher" },
        { "ssl_passphrase_command", "cat /dev/null", "PassphraseBlocksReload" },
        { "ssl_crl_dir", ".", "CrlWithoutCa" },
        { "password_encryption", "md5", "Md5Passwords" },
    };

    [Theory, MemberData(nameof(Settings))]
    public async Task A_setting_that_should_be_another_is_found(string name, string value, string code)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "configuration settings", PrepareAsync)).OrSkip(Assert.Skip);
        await using IServerSession session = await OpenAsync(cluster);
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(session, TestContext.Current.CancellationToken);
        var changed =
            new Dictionary<string, ServerSetting>(facts.Settings) { [name] = facts.Settings[name] with { Value = value, Source = "default" } };

        Assert.Empty(SettingFindings.Find(facts));
        IEnumerable<Finding> findings = SettingFindings.Find(facts with { Settings = changed, FileSettings = [] });
        Assert.Equal(code, findings.First(finding => finding.Code != "ReloadPending").Code);
    }

    /// <summary>What is predicted of a reload is what a reload does.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task What_waits_for_a_reload_is_what_the_reload_takes_over(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major);
        await cluster.QueryAsync("ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.3'");
        await cluster.ReloadAsync();
        await cluster.QueryAsync("ALTER SYSTEM RESET ssl_min_protocol_version");
        await cluster.QueryAsync("ALTER SYSTEM SET ssl_ciphers = 'HIGH'");
        await cluster.QueryAsync("ALTER SYSTEM SET ssl_prefer_server_ciphers = 'YES'");
        await using IServerSession session = await OpenAsync(cluster);
        ServerTlsFacts before = await ServerTlsReader.ReadAsync(session, TestContext.Current.CancellationToken);

        await cluster.ReloadAsync();
        ServerTlsFacts after = await ServerTlsReader.ReadAsync(session, TestContext.Current.CancellationToken);

        Assert.Equal(
            [("ssl_ciphers", "HIGH"), ("ssl_min_protocol_version", "TLSv1.2")],
            before.PendingReloads.Select(one => (one.Setting.Name, one.InFile?.Value ?? one.Setting.Default)));
        Assert.All(before.PendingReloads, one => Assert.Equal(one.InFile?.Value ?? one.Setting.Default, after[one.Setting.Name]));
        Assert.Empty(after.PendingReloads);
    }

    [Fact]
    public async Task A_line_that_the_server_refuses_is_found()
    {
        await using PostgresCluster cluster = await StartAsync(15);
        await File.AppendAllTextAsync(
            Path.Combine(cluster.DataDirectory, "postgresql.conf"), "ssl_min_protocol_version = TLSv9\n", TestContext.Current.CancellationToken);

        Finding finding = Assert.Single((await ObserveAsync(cluster)).Findings);

        Assert.Equal("ConfigurationError", finding.Code);
        Assert.Contains("(ssl_min_protocol_version)", finding.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_line_that_waits_for_a_restart_is_no_error(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major);
        await File.AppendAllTextAsync(
            Path.Combine(cluster.DataDirectory, "postgresql.conf"), "max_connections = 37\n", TestContext.Current.CancellationToken);

        Finding finding = Assert.Single((await ObserveAsync(cluster)).Findings);

        Assert.Equal(("RestartPending", FindingSeverity.Information), (finding.Code, finding.Level));
    }

    /// <summary>PostgreSQL 18 still takes the name of before (guc.c, map_old_guc_names).</summary>
    [Fact]
    public async Task A_name_of_before_waits_for_nothing_once_it_is_loaded()
    {
        await using PostgresCluster cluster = await StartAsync(18);
        await File.AppendAllTextAsync(
            Path.Combine(cluster.DataDirectory, "postgresql.conf"), "SSL_ecdh_curve = 'prime256v1'\n", TestContext.Current.CancellationToken);
        Assert.Equal("ReloadPending", Assert.Single((await ObserveAsync(cluster)).Findings).Code);

        await cluster.ReloadAsync();

        Assert.Empty((await ObserveAsync(cluster)).Findings);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_role_without_privileges_sees_settings_and_the_grants_that_it_lacks(int major)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(major, "configuration settings", PrepareAsync)).OrSkip(Assert.Skip);
        SslConfiguration seen = await ObserveAsync(cluster, "nobody_special");

        Assert.Equal((true, true), (seen.Ssl, seen.ServesTls));
        Assert.Null(seen.CertificatePath);
        Assert.NotNull(seen.FileFailure);
        Assert.Equal(["PlaintextNotSeen", "SettingsHidden"], seen.Findings.Select(finding => finding.Code).Order());
        Finding hidden = seen.Findings.Single(finding => finding.Code == "SettingsHidden");
        Assert.Contains("GRANT pg_read_all_settings TO \"nobody_special\"", hidden.Remedy, StringComparison.Ordinal);
    }

    private static async Task PrepareAsync(PostgresCluster cluster)
    {
        await cluster.QueryAsync("CREATE ROLE nobody_special LOGIN");
        await cluster.InstallCertificateAsync(Issuer.Issue(LeafOptions.ForLoopback()));
    }

    private static async Task<PostgresCluster> StartAsync(int major)
    {
        PostgresCluster cluster = await ClusterPool.RentAsync((await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip));
        await cluster.InstallCertificateAsync(Issuer.Issue(LeafOptions.ForLoopback()));
        return cluster;
    }

    private static string Conninfo(PostgresCluster cluster, string user) => $"host=127.0.0.1 port={cluster.Port} user={user} dbname=postgres";

    private static Task<IServerSession> OpenAsync(PostgresCluster cluster, string user = "postgres") => Sessions.OpenAsync(Conninfo(cluster, user));

    /// <summary>All three sides, as the cmdlet brings them together.</summary>
    private static async Task<SslConfiguration> ObserveAsync(PostgresCluster cluster, string user = "postgres")
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        PgEndpoint endpoint = PgEndpoint.Parse(Conninfo(cluster, user));
        ConnectionSettings settings = Sessions.Resolve(Conninfo(cluster, user));
        await using IServerSession session = await OpenAsync(cluster, user);
        LiveServer live = await LiveServer.OfAsync(session, settings, Sessions.Timeout, token);
        SslConfigurationFacts facts = await SslConfigurationReader.ReadAsync(live, token);
        try
        {
            facts = facts with
            {
                Served = await new ServerCertificateReader().ReadAsync(
                    endpoint, [settings], ProbeRequest.ForTls(settings, settings.Hosts[0], Sessions.Timeout), token),
            };
        }
        catch (PgSslException failure)
        {
            facts = facts with { WireFailure = failure };
        }
        return SslConfiguration.Of(endpoint, settings.Hosts[0], facts);
    }
}
