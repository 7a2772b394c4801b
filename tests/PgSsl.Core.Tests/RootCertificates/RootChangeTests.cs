using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Testing;
using PgSsl.Tests.Connections;
using static PgSsl.Tests.RootFiles.Pems;

namespace PgSsl.Tests.RootCertificates;

/// <summary>A root file and a service file change together, also while others change them, and whatever happens on the way.</summary>
[Fast]
public sealed class RootChangeTests : IDisposable
{
    private static readonly TestAuthority One = TestAuthority.CreateRoot("Root One");
    private static readonly TestAuthority Two = TestAuthority.CreateRoot("Root Two");
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly World _world = new();

    private string DefaultPath => Path.Combine(_world.Home, ".postgresql", "root.crt");

    private string ServiceFile => Path.Combine(_world.Home, ".pg_service.conf");

    public void Dispose() => _world.Dispose();

    [Fact]
    public void The_first_root_is_installed_where_libpq_looks_in_a_directory_of_the_users_own()
    {
        Install(One).Apply(Now);

        Assert.Equal(["Root One"], NamesIn(DefaultPath));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(DefaultPath)!));
    }

    [Fact]
    public void The_same_root_again_changes_nothing_and_leaves_no_backup()
    {
        Install(One).Apply(Now);
        byte[] first = File.ReadAllBytes(DefaultPath);

        RootChange again = Install(One);
        again.Apply(Now);

        Assert.True(again.IsNoChange);
        Assert.Equal(first, File.ReadAllBytes(DefaultPath));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(DefaultPath)!));
    }

    [Fact]
    public void What_another_one_adds_between_plan_and_change_is_kept()
    {
        RootChange planned = Install(One);
        Install(Two).Apply(Now);

        planned.Apply(Now);

        Assert.Equal(["Root Two", "Root One"], NamesIn(DefaultPath));
    }

    [Fact]
    public void Different_roots_installed_at_the_same_time_are_all_there()
    {
        TestAuthority[] authorities = [.. Enumerable.Range(0, 8).Select(i => TestAuthority.CreateRoot($"Root {i}"))];

        Parallel.ForEach(authorities, new ParallelOptions { MaxDegreeOfParallelism = authorities.Length }, authority =>
            Install(authority).Apply(Now));

        Assert.Equal(authorities.Select(authority => authority.Certificate.Certificate.Subject[3..]), NamesIn(DefaultPath).Order());
    }

    [Fact]
    public void The_last_root_that_goes_takes_the_file_with_it_and_leaves_a_backup()
    {
        Install(One).Apply(Now);

        IReadOnlyList<string> backups = Uninstall(One).Apply(Now).Backups;

        Assert.False(File.Exists(DefaultPath));
        Assert.Equal(["Root One"], NamesIn(Assert.Single(backups)));
    }

    [Fact]
    public void Of_several_roots_only_the_one_that_is_meant_goes()
    {
        Install(One).Apply(Now);
        Install(Two).Apply(Now);

        Uninstall(One).Apply(Now);

        Assert.Equal(["Root Two"], NamesIn(DefaultPath));
    }

    [Fact]
    public void A_service_gets_a_file_of_its_own_and_everybody_elses_stays()
    {
        _world.Write("home/.pg_service.conf", "[orders]\nhost=db1\n\n[billing]\nhost=db2\n");
        Install(One).Apply(Now);

        RootChange change = Install(Two, service: "orders");
        change.Apply(Now);

        string own = Path.Combine(_world.Home, ".postgresql", "orders.root.crt");
        Assert.Equal($"[orders]\nhost=db1\nsslrootcert={own}\n\n[billing]\nhost=db2\n", File.ReadAllText(ServiceFile));
        Assert.Equal(["Root Two"], NamesIn(own));
        Assert.Equal(["Root One"], NamesIn(DefaultPath));
        Assert.Equal(own, _world.Resolve("service=orders").RootCertificatePath);
        Assert.Contains(change.Describe(), line => line.Contains($"[orders] gets sslrootcert={own}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_that_names_a_file_already_goes_on_with_that_one()
    {
        string named = _world.Write("etc/orders.crt", One.CertificatePem);
        _world.Write("home/.pg_service.conf", $"[orders]\nsslrootcert={named}\n");

        RootChange change = Install(Two, service: "orders");
        change.Apply(Now);

        Assert.Empty(change.ServiceEdits);
        Assert.Equal(["Root One", "Root Two"], NamesIn(named));
    }

    [Fact]
    public void A_service_that_is_nowhere_is_added_to_the_users_own_file_which_nobody_else_reads()
    {
        Install(One, service: "orders").Apply(Now);

        Assert.StartsWith("[orders]\nsslrootcert=", File.ReadAllText(ServiceFile));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ServiceFile));
    }

    [Fact]
    public void A_service_of_the_system_wide_file_is_changed_there_and_the_plan_says_whose_that_is()
    {
        string shared = _world.Write("etc/pg_service.conf", "[orders]\nhost=db1\n");

        RootChange change = Install(One, service: "orders");

        Assert.Equal(Path.Combine(_world.Etc, "orders.root.crt"), change.Target.Path);
        Assert.Contains(change.Describe(), line =>
            line.StartsWith(shared, StringComparison.Ordinal) && line.EndsWith("This file is every user's.", StringComparison.Ordinal));
    }

    [Fact]
    public void Roots_go_from_a_services_file_and_the_service_file_stays()
    {
        string service = $"[orders]\nsslrootcert={_world.Write("etc/orders.crt", One.CertificatePem + Two.CertificatePem)}\n";
        _world.Write("home/.pg_service.conf", service);
        var target = RootTarget.FindOf(_world.Environment, "orders");

        RootChange.Prepare(target, (path, before) => RootFilePlan.Uninstall(path, before, [FingerprintOf(One)])).Apply(Now);

        Assert.Equal(["Root Two"], NamesIn(Path.Combine(_world.Etc, "orders.crt")));
        Assert.Equal(service, File.ReadAllText(ServiceFile));
    }

    [Theory]
    [InlineData("typo", PgSslError.ServiceNotFound)]
    [InlineData("orders", PgSslError.FileNotFound)]
    public void A_service_without_a_root_file_of_its_own_has_none_that_could_go(string service, PgSslError error)
    {
        _world.Write("home/.pg_service.conf", "[orders]\nhost=db1\n");

        Assert.Equal(error, Assert.Throws<PgSslException>(() => RootTarget.FindOf(_world.Environment, service)).Error);
    }

    [Theory]
    [InlineData("service=orders", true)]
    [InlineData("service=stock", false)]
    [InlineData("db1", true)]
    [InlineData("db1:5433", true)]
    [InlineData("db2", false)]
    public void A_service_gains_its_file_for_itself_and_for_its_host(string endpoint, bool gains)
    {
        _world.Write("home/.pg_service.conf", "[orders]\nhost=db1\n[stock]\nhost=db2\n");
        var target = RootTarget.Find(_world.Environment, null, "orders");

        Assert.Equal(gains, target.GainsFile(PgEndpoint.Parse(endpoint), _world.Environment));
    }

    [Fact]
    public void The_name_of_a_service_does_not_lead_out_of_the_directory()
    {
        RootChange change = Install(One, service: "../../etc/orders");

        Assert.Equal(Path.Combine(_world.Home, ".postgresql"), Path.GetDirectoryName(change.Target.Path));
    }

    [Fact]
    public void With_sslrootcert_system_there_is_no_file_to_change()
    {
        _world.Set("PGSSLROOTCERT", "system").Set("PGSSLMODE", "verify-full");

        Assert.Equal(PgSslError.ContradictoryParameters, Assert.Throws<PgSslException>(() => Install(One)).Error);
    }

    [Fact]
    public void Killed_at_any_step_every_file_is_old_or_new_and_a_service_never_goes_by_a_root_that_is_not_there()
    {
        const string Old = "[orders]\nhost=db1\n";
        for (int step = 0; ; step++)
        {
            Func<int, FaultyFiles>[] faults = [at => FaultyFiles.KilledBefore(at), at => FaultyFiles.KilledWithin(at)];
            foreach (Func<int, FaultyFiles> fault in faults)
            {
                Directory.Delete(_world.Home, recursive: true);
                _world.Write("home/.pg_service.conf", Old);
                FaultyFiles files = fault(step);
                bool isDone = TryInstallForService(files);

                ConnectionSetting root = _world.Resolve("service=orders").Get("sslrootcert");
                bool isNew = root.Source == SettingSource.ServiceFile;
                Assert.True(isNew ? NamesIn(root.Value!) is ["Root One"] : File.ReadAllText(ServiceFile) == Old, $"killed at step {step}");
                if (isDone)
                {
                    Assert.InRange(step, 10, 100);
                    return;
                }
            }
        }
    }

    private bool TryInstallForService(FaultyFiles files)
    {
        try
        {
            RootChange.Prepare(RootTarget.Find(_world.Environment, null, "orders"), PlanOf(One), files).Apply(Now);
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    private RootChange Install(TestAuthority authority, string? service = null) =>
        RootChange.Prepare(RootTarget.Find(_world.Environment, null, service), PlanOf(authority));

    private RootChange Uninstall(TestAuthority authority) => RootChange.Prepare(
        RootTarget.Find(_world.Environment, null, null),
        (path, before) => RootFilePlan.Uninstall(path, before, [FingerprintOf(authority)]));

    private static Func<string, byte[]?, RootFilePlan> PlanOf(TestAuthority authority) =>
        (path, before) => RootFilePlan.Install(path, before, Selection([authority.Certificate.Certificate]), Now);

    private static string FingerprintOf(TestAuthority authority) => Fingerprint.Of(authority.Certificate.Certificate);

    private static string[] NamesIn(string path) =>
        [.. RootFile.Read(path).TrustedCertificates.Select(certificate => certificate.Subject["CN=".Length..])];
}
