using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

/// <summary>The program of the sandbox, without PowerShell: with it, it would build the module that other tests use.</summary>
public partial class PlaygroundTests(PlaygroundTests.Run run) : IClassFixture<PlaygroundTests.Run>
{
    [Theory]
    [InlineData("Good", "Complete", "root.crt")]
    [InlineData("SelfSigned", "SelfSigned", "nothing")]
    [InlineData("MissingIntermediate", "MissingIntermediate", "nothing")]
    [InlineData("Expired", "ExpiredMember", "nothing")]
    [InlineData("HostSslOnly", "Complete", "root.crt")]
    [InlineData("Stale", "Complete", "root.crt")]
    public void Each_server_serves_what_its_name_says(string server, string chain, string trustedBy) =>
        Assert.Matches($@"(?m)^{server} +\d+ localhost .* {chain} +\S*{trustedBy}$", run.Result.StandardOutput);

    [Fact]
    public void The_server_without_tls_says_so() =>
        Assert.Matches("(?m)^TlsOff: .*does not offer TLS", run.Result.StandardOutput);

    [Fact]
    public void Plaintext_is_refused_only_where_the_name_says_so()
    {
        string[] sections = run.Result.StandardOutput.Split("\nSslMode ");
        IEnumerable<string> refusing = sections.Skip(1).Zip(sections)
            .Where(pair => pair.First.Contains("\ndisable     no ", StringComparison.Ordinal))
            .Select(pair => pair.Second.TrimEnd().Split('\n')[^1].Split(':')[0]);
        Assert.Equal(["HostSslOnly"], refusing);
    }

    [Fact]
    public void It_names_how_to_get_PowerShell() =>
        Assert.Contains("dotnet tool install --global PowerShell", run.Result.StandardOutput);

    [Fact]
    public void It_ends_by_itself_and_leaves_nothing()
    {
        Assert.Equal(0, run.Result.ExitCode);
        string root = RootPath().Match(run.Result.StandardOutput).Groups[1].Value;
        Assert.NotEmpty(root);
        Assert.False(Directory.Exists(Path.GetDirectoryName(root)));
    }

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
            if (OperatingSystem.IsWindows())
                return Availability.Missing<ProcessResult>("Hides PowerShell by PATH alone, as Unix does.");
            string[] all = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
            string[] path = [.. all.Where(directory => !Has(directory, "pwsh"))];
            if (!path.Any(directory => Has(directory, "sh")))
                return Availability.Missing<ProcessResult>("pwsh is in the same directory as sh, and cannot be hidden.");
            if ((await PostgresInstallation.FindAsync()).Count == 0)
                return Availability.Missing<ProcessResult>("There is no PostgreSQL.");
            var environment = new Dictionary<string, string?> { ["PATH"] = string.Join(':', path), ["HOME"] = "/" };
            return Availability.Of(
                await ProcessRunner.RunAsync("dotnet", [typeof(PostgresCluster).Assembly.Location], environment: environment));
        }

        private static bool Has(string directory, string program) => File.Exists(Path.Combine(directory, program));
    }
}
