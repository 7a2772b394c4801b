using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;

namespace PgSsl.Tests.Hba.Live;

/// <summary>A running server, and a change of its pg_hba.conf that is planned and not made.</summary>
internal sealed class HbaScenario : IAsyncDisposable
{
    private HbaScenario(HbaServer server, HbaLive live) =>
        (Server, Live, Plan, Old) = (server, live, HbaServer.Plan(live, server.Cluster.HbaPath), server.Content);

    public HbaServer Server { get; }

    /// <summary>The server, as whoever makes the change sees it.</summary>
    public HbaLive Live { get; set; }

    /// <summary>What is to be done; plaintext shut out by default.</summary>
    public HbaPlan Plan { get; set; }

    /// <summary>What was in pg_hba.conf.</summary>
    public byte[] Old { get; }

    /// <summary>How long the server may take to load the rules.</summary>
    public TimeSpan ReloadTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A new server with these rules, and the plan to shut plaintext out.</summary>
    public static async Task<HbaScenario> PlannedAsync(int major, params string[] rules) =>
        await PlannedAsync(await HbaServer.StartAsync(major, rules));

    /// <summary>The same for a server as it is now. The scenario ends it, too.</summary>
    public static async Task<HbaScenario> PlannedAsync(HbaServer server) => new(server, await server.ObserveAsync());

    /// <summary>Plans something else.</summary>
    public void PlanFor(HbaPolicy policy) => Plan = HbaServer.Plan(Live, Server.Cluster.HbaPath, policy);

    /// <summary>What is in pg_hba.conf now.</summary>
    public HbaDocument Read() => HbaDocument.Read(Server.Cluster.HbaPath, Live.Facts.Dialect, DiskServerFiles.Instance);

    /// <summary>Has a statement fail, or do nothing.</summary>
    public void FailAt(string statement, Exception? failure, bool isForGood = false) =>
        Live = Live with { Session = new FaultySession(Live.Session, statement, failure, isForGood: isForGood) };

    /// <summary>Asks whether the change may be made.</summary>
    public Task<IReadOnlyList<Proof>> CheckAsync() => HbaPreflight.CheckServerAsync(Plan, Live, TestContext.Current.CancellationToken);

    /// <summary>Makes the change.</summary>
    public Task<HbaChangeResult> ApplyAsync() => new HbaChange(Plan, Live) { ReloadTimeout = ReloadTimeout }
        .ApplyAsync(DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);

    /// <summary>The rules are as they were, for clients too, and nothing lies about.</summary>
    public async Task AssertUntouchedAsync()
    {
        Assert.Equal(Old, Server.Content);
        Assert.Empty(Directory.GetFiles(Server.Cluster.DataDirectory, "*.bak"));
        Assert.True((await Server.ConnectAsync("disable")).Connected);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
