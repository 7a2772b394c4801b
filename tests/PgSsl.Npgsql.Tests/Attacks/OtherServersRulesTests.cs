using System.Runtime.Versioning;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Tests.Hba.Live;

namespace PgSsl.Tests.Attacks;

/// <summary>A server's account names the rules of another server as a part of its own, and wants root to change them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OtherServersRulesTests : IDisposable
{
    private const string Rule = "host all all 10.0.0.0/8 scram-sha-256\n";

    private readonly string _root = SandboxDirectory.Create();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("4242:4242", true)]
    [InlineData("0:0", false)]
    public async Task Root_changes_what_a_server_includes_only_if_it_is_the_server_s(string owner, bool isRefused)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root gives files away.");
        string path = Path.Combine(_root, "pg_hba.conf");
        File.WriteAllText(path, Rule);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        File.SetUnixFileMode(_root, (UnixFileMode)0b111_101_101);
        ProcessResult given = await ProcessRunner.RunAsync("chown", [owner, path]);
        Assert.True(given.ExitCode == 0, given.ToString());
        await using HbaServer server = await HbaServer.StartAsync(18, "host all postgres 127.0.0.1/32 trust", $"include {path}");
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);
        Assert.Contains(plan.Files, file => file.Path == path);

        Task<PlannedHbaChange> preparing = PlannedHbaChange.PrepareAsync(plan, live, TestContext.Current.CancellationToken);

        if (isRefused)
            Assert.Equal(PgSslError.UnexpectedFile, (await Assert.ThrowsAsync<PgSslException>(() => preparing)).Error);
        else
            await preparing;
        Assert.Equal(Rule, File.ReadAllText(path));
    }
}
