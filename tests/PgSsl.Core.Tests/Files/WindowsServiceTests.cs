using PgSsl.Files;

namespace PgSsl.Tests.Files;

/// <summary>Which service of Windows is a server's, and the account that it runs as.</summary>
[Fast]
public sealed class WindowsServiceTests
{
    private const string Edb =
        """  "C:\Program Files\PostgreSQL\18\bin\pg_ctl.exe" runservice -N "postgresql-x64-18" -D "C:\Program Files\PostgreSQL\18\data" -w""";

    [Theory]
    [InlineData(Edb, "C:/Program Files/PostgreSQL/18/data", true)]
    [InlineData(Edb, @"c:\program files\postgresql\18\data\", true)]
    [InlineData(Edb, "C:/Program Files/PostgreSQL/17/data", false)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice -N x -DC:\data -o ""-p 5433""", "C:/data", true)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice --pgdata=C:/data", @"C:\data", true)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice -D ""\\\\nas\\pg""", @"\\nas\pg", true)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice -D", @"C:\data", false)]
    [InlineData(@"C:\Windows\system32\svchost.exe -k netsvcs", @"C:\data", false)]
    public void A_server_s_service_names_its_data_directory(string command, string directory, bool isIts) =>
        Assert.Equal(isIts, new WindowsService("s", command, "a").IsOfServer(directory));

    [Theory]
    [InlineData(@"""C:\Program Files\PgBouncer\bin\pgbouncer.exe"" -service ""C:\Program Files\PgBouncer\share\pgbouncer.ini""", true)]
    [InlineData(@"C:\b\pgbouncer.exe -service C:\other.ini", false)]
    public void PgBouncer_s_service_names_its_ini(string command, bool isIts) =>
        Assert.Equal(isIts, new WindowsService("pgbouncer", command, "a").IsOfPgBouncer("C:/Program Files/PgBouncer/share/pgbouncer.ini"));

    /// <summary>As C programs split it (Microsoft, "Parsing C command-line arguments").</summary>
    [Theory]
    [InlineData("""a "b c" d""", new[] { "a", "b c", "d" })]
    [InlineData("""a\\b d"e f"g h""", new[] { @"a\\b", "de fg", "h" })]
    [InlineData("""a\\\"b c d""", new[] { @"a\""b", "c", "d" })]
    [InlineData("""a\\\\"b c" d e""", new[] { @"a\\b c", "d", "e" })]
    [InlineData("""a "" b\""", new[] { "a", "", @"b\" })]
    public void A_command_line_is_split_as_programs_see_it(string command, string[] arguments) =>
        Assert.Equal(arguments, WindowsService.Arguments(command));

    [Theory]
    [InlineData("s-1-5-20", "S-1-5-20")]
    [InlineData(@"NT AUTHORITY\NetworkService", "S-1-5-20")]
    [InlineData(@"nt authority\network service", "S-1-5-20")]
    [InlineData("LocalSystem", "S-1-5-18")]
    [InlineData(@"NT AUTHORITY\LocalService", "S-1-5-19")]
    [InlineData(@"NT SERVICE\postgresql-x64-18", null)]
    [InlineData(@".\postgres", null)]
    public void Accounts_of_services_are_known_in_every_language_of_Windows(string account, string? sid) =>
        Assert.Equal(sid, WindowsAccount.KnownSid(account));

    [Theory]
    [InlineData(@".\postgres", @"DB1\postgres")]
    [InlineData(@"NT SERVICE\postgresql-x64-18", @"NT SERVICE\postgresql-x64-18")]
    public void A_service_s_account_of_the_machine_is_found_by_the_machine_s_name(string account, string name) =>
        Assert.Equal(name, WindowsAccount.LookupName(account, "DB1"));

    [Fact]
    public void The_accounts_of_database_services_are_offered_first() => Assert.Equal(
        [@"NT SERVICE\postgresql-x64-18", @"NT AUTHORITY\LocalService", @"NT AUTHORITY\NetworkService"],
        WindowsService.Accounts(
        [
            new WindowsService("Spooler", @"C:\Windows\System32\spoolsv.exe", "LocalSystem"),
            new WindowsService("postgresql-x64-18", Edb.Trim(), @"NT SERVICE\postgresql-x64-18"),
            new WindowsService("pgbouncer", @"C:\b\pgbouncer.exe -service C:\b\pgbouncer.ini", @"NT AUTHORITY\LocalService"),
        ]));
}
