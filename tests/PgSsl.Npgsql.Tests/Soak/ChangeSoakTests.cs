using System.Globalization;

namespace PgSsl.Tests.Soak;

/// <summary>
/// Changes of a real server, at which something breaks at a random moment: a session, the server, the disk, the process, another program.
/// </summary>
/// <remarks>
/// The suite runs a slice that is always the same. PGSSL_SOAK_ROUNDS=200 runs that many rounds of each change and version, with a new seed, which
/// the output names; PGSSL_SOAK_SEED repeats one.
/// </remarks>
public class ChangeSoakTests(ITestOutputHelper output)
{
    private const int RoundsOfSlice = 13;

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (int major in (int[])[15, 18])
                foreach (string kind in SoakChange.Kinds)
                    cases.Add(major, kind);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_broken_change_is_wholly_old_or_wholly_new_and_says_which(int major, string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Owners, modes and signals are Unix'.");
        int rounds = Number("PGSSL_SOAK_ROUNDS") ?? RoundsOfSlice;
        int seed = Number("PGSSL_SOAK_SEED") ?? (rounds > RoundsOfSlice ? Random.Shared.Next() : 1);
        output.WriteLine($"PGSSL_SOAK_SEED={seed}");
        var random = new Random(HashCode(seed, major, kind));
        await using SoakServer server = await SoakServer.StartAsync(major);
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int round = 0; round < rounds; round++)
        {
            await server.ResetAsync();
            SoakChange change = await SoakChange.PlanAsync(kind, server);
            // The slice has each of them.
            var incident = SoakIncident.Draw(random, change, rounds > RoundsOfSlice ? null : round);

            using var made = new SoakRound(server, change, incident);
            (string ending, string? complaint) = await made.RunAsync();

            string what = $"{incident.Name}{(incident.LosesReload ? ", not reloaded" : "")}: {ending}";
            tally[what] = tally.GetValueOrDefault(what) + 1;
            Assert.True(complaint is null, $"seed {seed}, round {round}, {incident}: {ending}. {complaint}");
        }
        foreach ((string seen, int count) in tally)
            output.WriteLine($"{count,5} {seen}");
    }

    // HashCode's own is another one in each process.
    private static int HashCode(int seed, int major, string kind) =>
        kind.Aggregate(unchecked((seed * 31) + major), (hash, letter) => unchecked((hash * 31) + letter));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
