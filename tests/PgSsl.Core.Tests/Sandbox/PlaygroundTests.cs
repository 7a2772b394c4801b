using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

/// <summary>The program of the sandbox, as the README has it, with an empty home.</summary>
public partial class PlaygroundTests(PlaygroundTests.Run run) : IClassFixture<PlaygroundTests.Run>
{
    private string Output => run.Result.StandardOutput;

    [Theory]
    [InlineData("Good", "Complete", "root.crt")]
    [InlineData("SelfSigned", "SelfSigned", "nothing")]
    [InlineData("MissingIntermediate", "MissingIntermediate", "nothing")]
    [InlineData("Expired", "ExpiredMember", "nothing")]
    [InlineData("HostSslOnly", "Complete", "root.crt")]
    [InlineData("Stale", "Complete", "root.crt")]
    public void Each_server_serves_what_its_name_says(string server, string chain, string trustedBy)
    {
        // PowerShell chooses the width of a column by the rows that come within 300 ms, and cuts what is longer.
        Assert.Matches($@"(?m)^localhost:{Port(server)} .* ({chain}|{chain[..6]}\w*…) +\S*{trustedBy}\s*$", Output);
    }

    [Fact]
    public void The_server_without_tls_says_so() =>
        Assert.Matches(@"\| localhost:[0-9]+: The server answered N: it does not offer TLS\.", Output);

    [Fact]
    public void Each_sslmode_is_shown_for_a_server_in_good_order() =>
        Assert.Matches(@"(?m)^verify-full +yes +tls +chain and host yes ", Output);

    [Fact]
    public void The_walk_goes_to_its_end() => Assert.EndsWith("""
        PS> $Servers | Test-PgSslMode -SslMode verify-full -Quiet
        False

        The servers are stopped and their files deleted.

        """, Output.ReplaceLineEndings("\n"));

    [Fact]
    public void It_ends_by_itself_and_leaves_nothing()
    {
        Assert.Equal(0, run.Result.ExitCode);
        string root = RootPath().Match(Output).Groups[1].Value;
        Assert.NotEmpty(root);
        Assert.False(Directory.Exists(Path.GetDirectoryName(root)));
    }

    private string Port(string server) =>
        Regex.Match(Output, $@"(?m)^\${server}: .*\n  psql ""host=localhost port=(\d+) ").Groups[1].Value;

    [GeneratedRegex(@"Clients trust (.*root\.crt)")]
    private static partial Regex RootPath();

    /// <summary>One run for all these tests.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private Availability<ProcessResult> _result = Availability.Missing<ProcessResult>("It has not run yet.");

        public ProcessResult Result => _result.OrSkip(Assert.Skip);

        public async ValueTask InitializeAsync() => _result = await RunAsync();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static async Task<Availability<ProcessResult>> RunAsync()
        {
            if ((await PostgresInstallation.FindAsync()).Count == 0)
                return Availability.Missing<ProcessResult>("There is no PostgreSQL.");
            string home = SandboxDirectory.Create();
            try
            {
                var environment = new Dictionary<string, string?> { ["HOME"] = home };
                return Availability.Of(
                    await ProcessRunner.RunAsync("dotnet", [typeof(PostgresCluster).Assembly.Location], environment: environment));
            }
            finally
            {
                Directory.Delete(home, recursive: true);
            }
        }
    }
}
