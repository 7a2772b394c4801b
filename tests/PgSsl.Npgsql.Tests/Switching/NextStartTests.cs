using PgSsl.Changes;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>A change that is seen to be in use is not proven if the server would not start again for another reason.</summary>
[Collection(SwitchServer.Collection)]
public class NextStartTests
{
    public static TheoryData<int, string, bool> Broken
    {
        get
        {
            var data = new TheoryData<int, string, bool>();
            foreach (int major in new[] { 15, 18 })
            {
                data.Add(major, "shared_buffers = 'abc'", true);
                data.Add(major, "shared_preload_libraries = 'nonexistent'", false);
                data.Add(major, "hba_file = '/nonexistent'", false);
                data.Add(major, "max_connections = 3", false);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Broken))]
    public async Task A_setting_that_only_a_start_takes_leaves_it_open(int major, string line, bool isCertain)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        byte[] main = await File.ReadAllBytesAsync(server.MainPath, TestContext.Current.CancellationToken);
        try
        {
            await File.AppendAllTextAsync(server.MainPath, $"\n{line}\n", TestContext.Current.CancellationToken);

            SslSwitch planned = await server.PrepareAsync(server.On);
            planned.Check(isForced: false);
            SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);

            Assert.False(made.IsProven);
            Proof start = Assert.Single(made.Proofs, proof => proof.Name == "Start");
            Assert.Equal("NotMade", start.State);
            Assert.Contains(line.Split(' ')[0], start.Detail);
            Assert.Equal(isCertain, planned.Notes.Any(note => note.Contains("would not start again", StringComparison.Ordinal)));
        }
        finally
        {
            await File.WriteAllBytesAsync(server.MainPath, main, TestContext.Current.CancellationToken);
            await server.Cluster.ReloadAsync();
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Rules_that_the_server_does_not_load_are_not_announced_as_loaded(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(server.Cluster.HbaPath, "host all all 1.2.3.4/99 trust\n", TestContext.Current.CancellationToken);

        SslSwitch planned = await server.PrepareAsync(server.On);
        planned.Check(isForced: false);
        SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);

        Assert.False(made.IsProven);
        Assert.Contains(planned.Notes, note => note.Contains("would not start again", StringComparison.Ordinal)
            && note.Contains("it does not load pg_hba.conf:", StringComparison.Ordinal));
        Assert.DoesNotContain(planned.Lines, line => line.StartsWith("The reload will also load", StringComparison.Ordinal));
    }

    /// <summary>A server starts without its map; then nobody logs in who needs it.</summary>
    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_map_that_the_server_would_not_load_leaves_it_open(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        string path = Path.Combine(server.Cluster.DataDirectory, "pg_ident.conf");
        byte[] map = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await server.Cluster.SetHbaAsync("local all nobody peer map=crew", "host all all 127.0.0.1/32 trust");
        try
        {
            await File.WriteAllTextAsync(path, "crew /[ nobody\n", TestContext.Current.CancellationToken);

            SslConfigurationChange made = await server.ApplyAsync(server.On);

            Assert.False(made.IsProven);
            Proof start = Assert.Single(made.Proofs, proof => proof.Name == "Start");
            Assert.Contains("nobody logs in by a map of user names: the server does not load pg_ident.conf: line 1 is refused", start.Detail);
        }
        finally
        {
            await File.WriteAllBytesAsync(path, map, TestContext.Current.CancellationToken);
            await server.Cluster.ReloadAsync();
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Nothing_wrong_is_proven_and_true(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);

        SslConfigurationChange made = await server.ApplyAsync(server.On);

        Assert.True(made.IsProven, string.Join(Environment.NewLine, made.Proofs));
        Assert.Contains(made.Proofs, proof => proof is { Name: "Start", Outcome: ProofState.Proven });
        await server.DemandRestartAsync();
    }
}
