using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

/// <summary>The eight servers of docs/guides, from the command line; tests/Pester/Guides.Tests.ps1 uses them.</summary>
public partial class EstateTests
{
    [Fact]
    public async Task A_script_runs_in_the_estate_and_its_end_is_the_end_of_all()
    {
        if ((await PostgresInstallation.FindInstalledAsync()).Count == 0)
            Assert.Skip("There is no PostgreSQL on this machine.");
        string folder = SandboxDirectory.Create();
        try
        {
            string script = Path.Combine(folder, "look.ps1");
            await File.WriteAllTextAsync(
                script,
                """
                Import-Csv servers.csv | Get-PgServerCertificate -IncludeFailed | ForEach-Object { "$($_.InputObject.Name)=$($_.Status)" }
                "standby=$((Get-PgSslSession service=billing | Where-Object IsReplication).ReplicationState)"
                exit 3
                """);
            var environment = new Dictionary<string, string?> { ["HOME"] = folder };
            ProcessResult result = await ProcessRunner.RunAsync(
                "dotnet", [typeof(PostgresCluster).Assembly.Location, "--estate", script], environment: environment);

            Assert.Equal(3, result.ExitCode);
            string[] lines = ["wiki=Served", "legacy=NoTls", "shop=Served", "reports=Served", "old-crm=Unreachable", "standby=streaming"];
            foreach (string line in lines)
                Assert.Contains(line, result.StandardOutput);
            Assert.False(Directory.Exists(EstatePath().Match(result.StandardOutput).Groups[1].Value));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"(?m)^(\S+) has servers\.csv")]
    private static partial Regex EstatePath();
}
