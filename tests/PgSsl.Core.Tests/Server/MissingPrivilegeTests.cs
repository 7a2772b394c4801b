using PgSsl.Common;
using PgSsl.Server;

namespace PgSsl.Tests.Server;

/// <summary>What to grant; PgSsl.Npgsql.Tests tries the grants on servers.</summary>
[Fast]
public class MissingPrivilegeTests
{
    [Theory]
    [InlineData("SELECT * FROM pg_catalog.pg_hba_file_rules", "Keine Berechtigung für Funktion pg_hba_file_rules", 150018,
        "As a superuser: GRANT SELECT ON pg_hba_file_rules TO \"Hans M\"; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO \"Hans M\"")]
    [InlineData("alter system set ssl = on", "", 180004, "As a superuser: GRANT ALTER SYSTEM ON PARAMETER ssl TO \"Hans M\"")]
    [InlineData("ALTER SYSTEM SET ssl = on", "", 140020, "Before PostgreSQL 15 only superusers may do this: connect as one.")]
    [InlineData("SELECT 1 FROM my_pg_read_file", "permission denied for table my_pg_read_file", 180004,
        "Connect as a superuser, or have one grant the privilege to \"Hans M\".")]
    public void The_grant_is_told_by_names_whatever_the_language(string sql, string message, int version, string remedy) =>
        Assert.Equal(remedy, MissingPrivilege.Remedy(sql, message, "Hans M", new ServerVersion(version)));

    [Theory]
    [InlineData("app", "\"app\"")]
    [InlineData("user", "\"user\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("app\n", "U&\"app\\+00000a\"")]
    public void A_name_is_always_quoted(string name, string quoted) => Assert.Equal(quoted, SqlQuoting.Identifier(name));

    [Fact]
    public void A_version_reads_as_people_write_it()
    {
        var version = new ServerVersion(180004);
        Assert.Equal(("18.4", 18, 4), (version.ToString(), version.Major, version.Minor));
        Assert.True(version > new ServerVersion(150018));
    }
}
