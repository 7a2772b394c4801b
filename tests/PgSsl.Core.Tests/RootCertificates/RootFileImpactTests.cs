using PgSsl.RootCertificates;
using PgSsl.Testing;
using PgSsl.Tests.Connections;

namespace PgSsl.Tests.RootCertificates;

/// <summary>Whom a change of a root file concerns.</summary>
[Fast]
public sealed class RootFileImpactTests : IDisposable
{
    private readonly World _world = new();

    private string DefaultPath => Path.Combine(_world.Home, ".postgresql", "root.crt");

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_first_root_at_the_default_path_concerns_everybody_and_every_mode()
    {
        string impact = Describe(DefaultPath, existed: false);

        Assert.StartsWith("This is where libpq looks by default, so this affects every connection of alice", impact);
        Assert.Contains("require becomes verify-ca", impact);
        Assert.Contains("allow and prefer silently fall back to plaintext", impact);
    }

    [Fact]
    public void A_further_root_breaks_nothing() =>
        Assert.Contains("for others nothing changes", Describe(DefaultPath, existed: true));

    [Fact]
    public void A_root_that_goes_leaves_its_servers_unverified() =>
        Assert.Contains("At servers below the roots that are removed, require", Describe(DefaultPath, existed: true, losesRoots: true));

    [Fact]
    public void An_expired_root_that_goes_changes_nothing() =>
        Assert.Contains("no connection changes", Describe(DefaultPath, existed: true, gainsRoots: false));

    [Fact]
    public void The_last_root_takes_verification_with_it() =>
        Assert.Contains("libpq no longer verifies anything", Describe(DefaultPath, existed: true, remains: false, losesRoots: true));

    [Fact]
    public void A_file_of_its_own_concerns_only_who_names_it()
    {
        string path = Path.Combine(_world.Root, "my roots", "db1.crt");

        Assert.Equal($"Only connections that name it (sslrootcert='{path}') use it.", Describe(path, existed: false));
    }

    [Fact]
    public void A_file_of_its_own_that_goes_takes_the_verification_of_its_services_with_it()
    {
        string path = _world.Write("etc/orders.crt");
        _world.Write("home/.pg_service.conf", $"[orders]\nsslrootcert={path}\n[stock]\nhost=db2\n");

        string impact = Describe(path, existed: true, remains: false, losesRoots: true);

        Assert.Contains("as these services do: orders.", impact);
        Assert.Contains("verify-ca and verify-full fail", impact);
    }

    [Fact]
    public void PGSERVICE_leads_everybody_to_the_services_file()
    {
        string path = _world.Write("etc/orders.crt");
        _world.Write("home/.pg_service.conf", $"[orders]\nsslrootcert={path}\n");
        _world.Set("PGSERVICE", "orders");

        Assert.StartsWith("PGSSLROOTCERT or PGSERVICE leads to this file", Describe(path, existed: true));
    }

    [Fact]
    public void A_file_that_the_default_path_links_to_is_everybodys_too()
    {
        string company = _world.Write("company/roots.pem");
        Directory.CreateDirectory(Path.GetDirectoryName(DefaultPath)!);
        Links.ToFile(DefaultPath, company);

        Assert.StartsWith("This is where libpq looks by default", Describe(company, existed: true));
    }

    [Fact]
    public void With_PGSSLROOTCERT_that_file_is_everybodys_and_the_default_path_nobodys()
    {
        _world.Set("PGSSLROOTCERT", "corp.crt");

        Assert.StartsWith("PGSSLROOTCERT or PGSERVICE leads to this file", Describe(Path.Combine(_world.Root, "corp.crt"), existed: false));
        Assert.StartsWith("Only connections that name it", Describe(DefaultPath, existed: false));
    }

    [Fact]
    public void Services_are_named_that_have_no_root_of_their_own()
    {
        _world.Write("home/.pg_service.conf", "[orders]\nhost=db1\n[billing]\nsslrootcert=/etc/billing.crt\n[stock]\nhost=db2\n");

        Assert.EndsWith("Services that name no sslrootcert of their own: orders, stock.", Describe(DefaultPath, existed: false));
    }

    private string Describe(string path, bool existed, bool remains = true, bool losesRoots = false, bool gainsRoots = true) =>
        string.Join(' ', RootFileImpact.Describe(
            _world.Environment, path, existed, remains, gainsRoots, losesRoots));
}
