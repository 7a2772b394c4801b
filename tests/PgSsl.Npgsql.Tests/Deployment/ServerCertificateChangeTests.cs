using PgSsl.Changes;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Testing;
using PgSsl.Tests.Hba.Live;

namespace PgSsl.Tests.Deployment;

/// <summary>A running server gets another certificate: served, or put back.</summary>
public class ServerCertificateChangeTests
{
    public static TheoryData<int> Majors => CertificateServer.Majors;

    private static TestCertificate New(LeafOptions? options = null) => CertificateServer.Issuing.Issue(options ?? LeafOptions.ForLoopback());

    [Theory, MemberData(nameof(Majors))]
    public async Task The_new_certificate_is_served_and_the_old_files_are_kept(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        TestCertificate renewed = New();

        ServerCertificateChangeResult result = await server.InstallAsync(renewed);

        Assert.Equal([("Files", ProofState.Proven), ("Wire", ProofState.Proven)], result.Proofs.Select(proof => (proof.Name, proof.Outcome)));
        await server.AssertServesAsync(renewed);
        Assert.Equal(
            [CertificateServer.Old.KeyPem, CertificateServer.Old.ChainPem],
            result.Backups.Select(backup => File.ReadAllText(backup)));
        UnixStatus key = UnixStatus.Of(server.KeyPath);
        Assert.Equal((UnixAccount.OwnerOf(server.Cluster.DataDirectory)!.UserId, UnixModes.Private), (key.Owner.UserId, key.Mode));
        await server.Cluster.RestartAsync();
        Assert.Equal(renewed.Certificate.Thumbprint, (await CertificateProbe.ReadAsync(server.Cluster.Port))?.Thumbprint);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Certificates_in_any_order_are_served_in_the_right_one(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        TestCertificate renewed = New();

        await server.InstallAsync(renewed, renewed.RootPem + renewed.Issuers[0].CertificatePem + renewed.CertificatePem);

        string path = (await server.AskAsync()).PathOf("ssl_cert_file")!;
        Assert.Equal(renewed.ChainPem, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        await server.AssertServesAsync(renewed);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_key_that_everybody_could_read_is_no_more(int major)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Modes are Unix'.");
            return;
        }
        CertificateServer server = await CertificateServer.SharedAsync(major);
        File.SetUnixFileMode(server.KeyPath, UnixModes.ReadableByAll);

        await server.InstallAsync(CertificateServer.Old);

        Assert.Equal(UnixModes.Private, UnixStatus.Of(server.KeyPath).Mode);
        await server.AssertServesAsync(CertificateServer.Old);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task The_same_again_is_nothing_to_do_and_a_forgotten_reload_is_made(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        using (ServerCertificatePlan same = await server.PlanAsync(CertificateServer.Old))
            Assert.True((await server.PrepareAsync(same)).IsNothingToDo);

        TestCertificate renewed = New();
        using ServerCertificatePlan first = await server.PlanAsync(renewed);
        FileTransaction.Apply(first.Edits, DateTimeOffset.UtcNow);
        using ServerCertificatePlan second = await server.PlanAsync(renewed);
        Assert.Empty(second.Edits);
        ServerCertificateChange change = await server.PrepareAsync(second);
        Assert.False(change.IsNothingToDo);
        Assert.Contains((await change.ApplyAsync(TestContext.Current.CancellationToken)).Proofs, proof =>
            proof is { Name: "Wire", Outcome: ProofState.Proven });
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Another_chain_of_the_same_certificate_is_waited_for(int major)
    {
        Assert.SkipUnless(ProcessRunner.IsOnPath("openssl"), "openssl is not installed.");
        CertificateServer server = await CertificateServer.SharedAsync(major);
        await server.Cluster.InstallCertificateAsync(CertificateServer.Old.CertificatePem, CertificateServer.Old.KeyPem);

        await server.InstallAsync(CertificateServer.Old);

        ProcessResult seen = await ProcessRunner.RunAsync(
            "openssl", ["s_client", "-showcerts", "-starttls", "postgres", "-connect", $"127.0.0.1:{server.Cluster.Port}"]);
        Assert.Equal(2, seen.StandardOutput.Split("BEGIN CERTIFICATE").Length - 1);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Where_TLS_is_off_the_files_are_put_in_place_and_nothing_is_called_proven(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major, ssl: false);

        ServerCertificateChangeResult result = await server.InstallAsync(New());

        Assert.Contains(result.Proofs, proof =>
            proof is { Name: "Wire", Outcome: ProofState.NotMade } && proof.Detail.Contains("Enable-PgSsl", StringComparison.Ordinal));
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "on" });
        Assert.NotNull(await CertificateProbe.ReadAsync(server.Cluster.Port));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_standby_has_certificates_of_its_own(int major)
    {
        await using CertificateServer server =
            await CertificateServer.StartAsync(major, settings: new() { ["wal_level"] = "replica", ["hot_standby"] = "on" });
        await server.Session.DisposeAsync();
        await server.Cluster.StopAsync();
        SandboxDirectory.WritePrivate(Path.Combine(server.Cluster.DataDirectory, "standby.signal"), "");
        await server.Cluster.StartAgainAsync();
        server.Session = await CertificateServer.OpenAsync(server.Cluster);
        TestCertificate renewed = New();

        await server.InstallAsync(renewed);

        Assert.True((await server.AskAsync()).IsStandby);
        await server.AssertServesAsync(renewed);
    }

    /// <summary>What the CA gave, and its key; the error, and what it tells to do.</summary>
    public static TheoryData<int, string, PgSslError, string> Refusals
    {
        get
        {
            var data = new TheoryData<int, string, PgSslError, string>();
            foreach (int major in new[] { 15, 18 })
            {
                data.Add(major, "another key", PgSslError.KeyMismatch, "the key that this certificate was requested with");
                data.Add(major, "no key", PgSslError.InvalidKeyFile, "openssl pkey");
                data.Add(major, "expired", PgSslError.ConnectionsAtRisk, "Get a certificate that is valid now");
                data.Add(major, "no intermediate", PgSslError.ConnectionsAtRisk, "Add the certificate of 'Renewal Issuing CA'");
                data.Add(major, "encrypted", PgSslError.RequirementNotMet, "ssl_passphrase_command");
                data.Add(major, "encrypted, no passphrase given", PgSslError.InvalidKeyFile, "-KeyPassphrase");
                data.Add(major, "RSA 1024", PgSslError.RequirementNotMet, "New-PgCsr");
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task What_would_not_work_is_refused_before_anything_is_written(int major, string what, PgSslError error, string remedy)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        TestCertificate good = New();
        Func<Task<ServerCertificatePlan>> plan = what switch
        {
            "another key" => () => server.PlanAsync(good, keyPem: New().KeyPem),
            "no key" => () => server.PlanAsync(good, keyPem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "expired" => () => server.PlanAsync(New(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddMinutes(-5) })),
            "no intermediate" => () => server.PlanAsync(good, good.CertificatePem),
            "encrypted" => () => server.PlanAsync(good, keyPem: good.EncryptedKeyPem("secret"), passphrase: "secret".ToCharArray()),
            "encrypted, no passphrase given" => () => server.PlanAsync(good, keyPem: good.EncryptedKeyPem("secret")),
            _ => () => server.PlanAsync(New(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa1024 })),
        };

        var failure = await Assert.ThrowsAsync<PgSslException>(async () =>
        {
            using ServerCertificatePlan made = await plan();
            made.Check(acceptsRisk: false);
        });

        Assert.Equal(error, failure.Error);
        Assert.Contains(remedy, failure.Remedy);
        Assert.DoesNotContain("secret", failure + failure.Remedy);
        await server.AssertUntouchedAsync();
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_full_disk_costs_nothing(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        string directory = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(server.Cluster.DataDirectory)!, "tls")).FullName;
        using SmallDisk disk = SmallDisk.Mount(directory);
        SandboxDirectory.WritePrivate(Path.Combine(directory, "server.crt"), CertificateServer.Old.ChainPem);
        SandboxDirectory.WritePrivate(Path.Combine(directory, "server.key"), CertificateServer.Old.KeyPem);
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl_cert_file"] = Path.Combine(directory, "server.crt"), ["ssl_key_file"] = Path.Combine(directory, "server.key"),
        });
        Fill(directory);

        var failure = await Assert.ThrowsAsync<PgSslException>(() => server.InstallAsync(New()));

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.Contains("space left on the disk", failure.Remedy);
        await server.AssertServesAsync(CertificateServer.Old);
        Assert.Equal(["filler", "server.crt", "server.key"], Directory.GetFiles(directory).Select(Path.GetFileName).Order());
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_cert_file"] = null, ["ssl_key_file"] = null });
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Killed_between_the_renames_the_old_certificate_is_served_and_the_next_run_heals(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        Assert.SkipWhen(ServerPlatform.EachProcessReads(server.Cluster.DataDirectory), "Such a server has no TLS then: ExecBackendTests.");
        TestCertificate renewed = New();
        using ServerCertificatePlan plan = await server.PlanAsync(renewed);
        Assert.Contains("then run the same command again", string.Join(' ', plan.Describe()));
        ServerCertificateChange change = await server.PrepareAsync(plan, FaultyFiles.KilledBefore(StepBetweenRenames(renewed)));

        await Assert.ThrowsAsync<KilledException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            (renewed.KeyPem, CertificateServer.Old.ChainPem),
            (
                await File.ReadAllTextAsync(server.KeyPath, TestContext.Current.CancellationToken),
                await File.ReadAllTextAsync(server.CertificatePath, TestContext.Current.CancellationToken)));
        await server.AssertServesAsync(CertificateServer.Old);
        ServerCertificateRequirement pair = ServerCertificateCheck.Judge(ServerCertificateFacts.Read(server.CertificatePath, server.KeyPath))
            .Single(one => one.Requirement == "KeyMatches");
        Assert.False(pair.IsMet);
        Assert.Matches(@"A change was interrupted.*server\.key\.\d+T\d+Z\.bak.*Run Install-PgServerCertificate again", pair.Remedy);

        ServerCertificateChangeResult healed = await server.InstallAsync(renewed);
        Assert.Single(healed.Backups);
        await server.AssertServesAsync(renewed);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_reload_that_keeps_the_old_certificate_is_put_back(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(New());
        ServerCertificateChange change = await server.PrepareAsync(
            plan, timeout: TimeSpan.FromMilliseconds(300), session: new FaultySession(server.Session, "pg_reload_conf", failure: null));

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains($"and not the certificate {plan.Fingerprint}", failure.Message);
        Assert.Contains("SSL configuration was not reloaded", failure.Remedy);
        await server.AssertUntouchedAsync();
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_session_that_breaks_before_the_reload_is_put_back(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(New());
        ServerCertificateChange change = await server.PrepareAsync(
            plan,
            session: new FaultySession(
                server.Session, "pg_reload_conf", new PgSslException(PgSslError.ConnectionClosed, "the connection broke", null)));

        Assert.Equal(
            PgSslError.ChangeNotProven,
            (await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken))).Error);
        await server.AssertUntouchedAsync();
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_role_that_may_not_see_or_reload_is_told_the_grants(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await server.Cluster.QueryAsync("CREATE ROLE app LOGIN");
        await server.Cluster.SetHbaAsync("local all all trust");
        await server.Session.DisposeAsync();
        server.Session = await CertificateServer.OpenAsync(server.Cluster, "app");
        Server.Settings.ServerTlsFacts facts = await server.AskAsync();

        var hidden = Assert.Throws<PgSslException>(() => DeploymentTarget.Of(facts, true, null, null));
        var forbidden = Assert.Throws<PgSslException>(() => DeploymentTarget.CheckMayReload(facts));

        Assert.Equal((PgSslError.InsufficientPrivilege, PgSslError.InsufficientPrivilege), (hidden.Error, forbidden.Error));
        Assert.Contains("GRANT pg_read_all_settings TO \"app\"", hidden.Remedy);
        Assert.Equal("GRANT EXECUTE ON FUNCTION pg_reload_conf() TO \"app\"", forbidden.Remedy);
        await server.Cluster.QueryAsync($"{hidden.Remedy!.Split(',')[0]}; {forbidden.Remedy}");
        facts = await server.AskAsync();
        DeploymentTarget.CheckMayReload(facts);
        Assert.Equal(server.KeyPath, DeploymentTarget.Of(facts, true, null, null).KeyPath);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Renewals_under_load_cost_no_transaction(int major)
    {
        CertificateServer server = await CertificateServer.SharedAsync(major);
        string pgbench = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip).Program("pgbench");
        Assert.SkipUnless(File.Exists(pgbench), "pgbench is not installed.");
        string[] connection = ["-h", "127.0.0.1", "-p", $"{server.Cluster.Port}", "-U", "postgres", "postgres"];
        var overTls = new Dictionary<string, string?> { ["PGSSLMODE"] = "require" };
        (await ProcessRunner.RunAsync(pgbench, ["-i", "-s", "1", "-q", .. connection], environment: overTls)).OrThrow("pgbench -i");

        // -C: each transaction has a connection of its own, and meets whatever is served then.
        Task<ProcessResult>[] loads =
        [
            ProcessRunner.RunAsync(pgbench, ["-c", "4", "-T", "5", .. connection], environment: overTls),
            ProcessRunner.RunAsync(pgbench, ["-c", "2", "-C", "-T", "5", .. connection], environment: overTls),
        ];
        int renewals = 0;
        for (; !loads.All(load => load.IsCompleted); renewals++)
            await server.InstallAsync(New());

        Assert.True(renewals > 1);
        foreach (ProcessResult load in await Task.WhenAll(loads))
        {
            Assert.True(load.ExitCode == 0, load.StandardError);
            Assert.Contains("number of failed transactions: 0 (0.000%)", load.StandardOutput);
        }
    }

    private static void Fill(string directory)
    {
        using var filler = new FileStream(Path.Combine(directory, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[1024];
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>The step before which the key is the new one, and the certificate still the old one.</summary>
    private static int StepBetweenRenames(TestCertificate renewed)
    {
        for (int step = 0; ; step++)
        {
            string directory = Directory.CreateTempSubdirectory("pgssl-").FullName;
            try
            {
                FileEdit[] edits =
                [
                    Edit(Path.Combine(directory, "server.key"), CertificateServer.Old.KeyPem, renewed.KeyPem) with
                    {
                        Protection = FileProtection.PrivateKey(),
                    },
                    Edit(Path.Combine(directory, "server.crt"), CertificateServer.Old.ChainPem, renewed.ChainPem),
                ];
                try
                {
                    FileTransaction.Apply(edits, DateTimeOffset.UtcNow, FaultyFiles.KilledBefore(step));
                    throw new InvalidOperationException("There is no such step.");
                }
                catch (KilledException)
                {
                    if (File.ReadAllText(edits[0].Path) == renewed.KeyPem && File.ReadAllText(edits[1].Path) == CertificateServer.Old.ChainPem)
                        return step;
                }
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static FileEdit Edit(string path, string from, string to)
    {
        File.WriteAllText(path, from);
        return new FileEdit(path, System.Text.Encoding.ASCII.GetBytes(to))
        {
            MayReplace = true,
            MayWriteInPlace = true,
            Expected = System.Text.Encoding.ASCII.GetBytes(from),
        };
    }
}
