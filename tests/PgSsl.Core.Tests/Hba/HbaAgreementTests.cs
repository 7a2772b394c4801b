using System.Globalization;
using System.Text;
using PgSsl.Hba;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba;

/// <summary>Our reading of generated files beside pg_hba_file_rules of every version that there is here, row by row.</summary>
[Collection(HbaViewServer.Collection)]
public class HbaAgreementTests
{
    private const int MostDifferences = 5;
    // More of them, and others: by hand, after changes of the parser.
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_HBA_FILES"), out int count) ? count : 500;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_HBA_SEED"), out int seed) ? seed : 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_version_has_the_rows_that_we_have(bool hasTls)
    {
        IReadOnlyList<int> versions = await HbaViewServer.VersionsAsync();
        if (versions.Count == 0)
            Assert.Skip("No server of PostgreSQL 15 or newer.");
        List<string>[] differences = await Task.WhenAll(versions.Select(major => Task.Run(() => DifferencesAsync(major, hasTls))));

        if (differences.Any(found => found.Count > 0))
            Assert.Fail(string.Join('\n', differences.SelectMany(found => found)));
    }

    private static async Task<List<string>> DifferencesAsync(int major, bool hasTls)
    {
        await using HbaViewServer server = (await HbaViewServer.OpenAsync(major, hasTls)).OrSkip(Assert.Skip);
        var generator = new HbaFileGenerator(Seed + (hasTls ? 1000 : 0), major);
        var differences = new List<string>();
        for (int i = 0; i < Count && differences.Count < MostDifferences; i++)
        {
            HbaFileSet files = generator.Next();
            if (await DifferenceAsync(server, files) is not null)
                differences.Add(await DescribeAsync(server, files, $"PostgreSQL {major}, TLS {hasTls}, file {i}"));
        }
        return differences;
    }

    /// <summary>Takes away whatever is not needed for the difference, and prints what is left.</summary>
    private static async Task<string> DescribeAsync(HbaViewServer server, HbaFileSet files, string what)
    {
        for (int i = files.Main.Length - 1; i >= 0; i--)
        {
            HbaFileSet smaller = files with { Main = files.Main.Remove(i, 1) };
            if (await DifferenceAsync(server, smaller) is not null)
                files = smaller;
        }
        foreach (string name in files.Others.Keys)
        {
            HbaFileSet smaller = files with { Others = files.Others.Where(other => other.Key != name).ToDictionary() };
            if (await DifferenceAsync(server, smaller) is not null)
                files = smaller;
        }
        return $"{what}:\n{files}{await DifferenceAsync(server, files)}\n";
    }

    private static async Task<string?> DifferenceAsync(HbaViewServer server, HbaFileSet files)
    {
        server.Put(files);
        HbaDocument document;
        try
        {
            document = server.Read();
        }
        catch (Exception failure)
        {
            return $"{failure}\n";
        }
        if (!HbaView.IsForeseeable(document))
            return null;
        IReadOnlyList<string> theirs;
        try
        {
            theirs = await server.RowsAsync();
        }
        catch (SandboxException failure)
        {
            return $"server: {failure.Message}\n";
        }
        IReadOnlyList<string> ours = HbaView.RowsOf(document);
        if (ours.SequenceEqual(theirs))
            return null;
        var text = new StringBuilder();
        for (int i = 0; i < Math.Max(ours.Count, theirs.Count); i++)
        {
            string our = ours.ElementAtOrDefault(i) ?? "nothing", their = theirs.ElementAtOrDefault(i) ?? "nothing";
            if (our == their)
                continue;
            string? error = document.Entries.ElementAtOrDefault(i)?.Error;
            text.Append(CultureInfo.InvariantCulture, $"server: {their}\n  ours: {our}   {error}\n");
        }
        return text.ToString();
    }
}
