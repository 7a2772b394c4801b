using PgSsl.Managers;

namespace PgSsl.Tests.Managers;

/// <summary>A service is told by what only it has; a dump that was restored elsewhere does not make a server one.</summary>
[Fast]
public sealed class ManagedServerTests
{
    [Theory]
    [InlineData("rds.extensions", "rdsadmin", "Amazon RDS or Aurora", "rds.force_ssl")]
    [InlineData("azure.extensions", "azuresu", "Azure Database for PostgreSQL", "require_secure_transport")]
    [InlineData("cloudsql.iam_authentication", "cloudsqladmin", "Google Cloud SQL", "gcloud sql instances patch")]
    [InlineData("alloydb.iam_authentication", "alloydbsuperuser", "Google AlloyDB", "gcloud alloydb instances update")]
    [InlineData("neon.timeline_id", "neon_superuser", "Neon", "nothing to change")]
    [InlineData(null, "supabase_admin", "Supabase", "Enforce SSL")]
    public void A_service_is_found_by_its_settings_or_its_role(string? setting, string role, string name, string knob)
    {
        if (setting is not null)
            Assert.Equal(name, Assert.Single(Find([setting, "ssl"], ["postgres"], "postgres")).Name);
        ConfigurationManager manager = Assert.Single(Find(["ssl"], ["postgres", role], role));

        Assert.Equal(name, manager.Name);
        Assert.Contains(knob, manager.Knob, StringComparison.Ordinal);
        Assert.Equal(manager, Assert.Single(Find(["ssl"], ["postgres", role], bootstrapRole: null)));
    }

    [Fact]
    public void Aiven_is_found_by_settings_and_role_as_others_run_its_extension()
    {
        Assert.Equal("Aiven", Assert.Single(Find(["aiven.pg_security_agent"], ["postgres", "avnadmin"], "postgres")).Name);

        Assert.Empty(Find(["aiven.pg_security_agent"], ["postgres", "_rdb_superadmin"], "postgres"));
        Assert.Empty(Find(["ssl"], ["postgres", "avnadmin"], bootstrapRole: null));
    }

    [Theory]
    [InlineData("rdsadmin")]
    [InlineData("azuresu")]
    [InlineData("cloudsqladmin")]
    [InlineData("alloydbsuperuser")]
    [InlineData("supabase_admin")]
    [InlineData("neon_superuser")]
    public void Roles_of_a_service_that_a_dump_brought_along_are_no_service(string role) =>
        Assert.Empty(Find(["ssl", "search_path"], ["postgres", role], "postgres"));

    [Fact]
    public void A_server_of_ones_own_is_nobodys() =>
        Assert.Empty(Find(["ssl", "plpgsql.variable_conflict", "pg_stat_statements.max", "rdsx.setting"], ["postgres", "app"], bootstrapRole: null));

    private static IReadOnlyList<ConfigurationManager> Find(string[] settings, string[] roles, string? bootstrapRole) =>
        ConfigurationManagers.FindOnServer(new ManagedServerFacts(settings, roles) { BootstrapRole = bootstrapRole });
}
