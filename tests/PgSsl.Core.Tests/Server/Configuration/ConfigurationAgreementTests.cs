namespace PgSsl.Tests.Server.Configuration;

/// <summary>Our reading of generated files beside pg_file_settings, row by row.</summary>
[Collection(ConfigurationServer.Collection)]
public class ConfigurationAgreementTests
{
    private const int MostDifferences = 5;

    // More of them, and others: by hand, after changes of the reader.
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_CONF_FILES"), out int count) ? count : 500;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_CONF_SEED"), out int seed) ? seed : 1;

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task The_server_has_the_rows_that_we_have(int major)
    {
        await using ConfigurationServer server = await ConfigurationServer.OpenAsync(major);
        var generator = new ConfigurationGenerator(Seed);
        var differences = new List<string>();
        int compared = 0;
        for (int i = 0; i < Count && differences.Count < MostDifferences; i++)
        {
            ConfigurationFileSet files = generator.Next();
            server.Put(files);
            if (!server.IsForeseeable || HasUndefined(files))
                continue;
            compared++;
            if (await DifferenceAsync(server, files) is not null)
                differences.Add(await DescribeAsync(server, files, i));
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.True(compared > Count / 2, $"Only {compared} of {Count} file sets could be compared.");
    }

    /// <summary>A string of which the server sees nothing: it writes before the memory that it took (DeescapeQuotedString, j - 1).</summary>
    private static bool HasUndefined(ConfigurationFileSet files) =>
        files.Files.Values.Any(text => text?.Contains("'\0", StringComparison.Ordinal) == true);

    private static async Task<string?> DifferenceAsync(ConfigurationServer server, ConfigurationFileSet files)
    {
        server.Put(files);
        IReadOnlyList<string> ours = server.Ours(), theirs = await server.RowsAsync();
        return ours.SequenceEqual(theirs) ? null : $"server:\n  {string.Join("\n  ", theirs)}\nours:\n  {string.Join("\n  ", ours)}";
    }

    /// <summary>Takes away whatever is not needed for the difference, and prints what is left.</summary>
    private static async Task<string> DescribeAsync(ConfigurationServer server, ConfigurationFileSet files, int number)
    {
        foreach (string name in files.Files.Keys.Where(name => files.Files[name] is not null).ToArray())
        {
            for (int i = files.Files[name]!.Length - 1; i >= 0; i--)
            {
                var smaller = new ConfigurationFileSet(
                    files.Files.ToDictionary(file => file.Key, file => file.Key == name ? file.Value!.Remove(i, 1) : file.Value));
                server.Put(smaller);
                if (server.IsForeseeable && !HasUndefined(smaller) && await DifferenceAsync(server, smaller) is not null)
                    files = smaller;
            }
        }
        return $"File set {number}:\n{files.Text}\n{await DifferenceAsync(server, files)}";
    }
}
