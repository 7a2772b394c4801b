using System.Globalization;
using System.Text;
using PgSsl.Patterns;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Patterns;

/// <summary>AdvancedRegex beside real servers: the same patterns refused, for the same reason, and the same names matched.</summary>
public class RegexAgreementTests
{
    private const int BatchSize = 500;

    /// <summary>How many patterns, and from which seed on, for a longer run by hand: PGSSL_TEST_PATTERNS=50000,1.</summary>
    private const string SizeVariable = "PGSSL_TEST_PATTERNS";

    [Theory]
    [InlineData(15, RegexUnits.Bytes)]
    [InlineData(15, RegexUnits.CodePoints)]
    [InlineData(18, RegexUnits.Bytes)]
    [InlineData(18, RegexUnits.CodePoints)]
    public async Task Any_pattern_means_the_same_to_the_server(int major, Enum readAs)
    {
        PostgresCluster cluster = await RegexJudge.GetClusterAsync(major);
        var units = (RegexUnits)readAs;
        string database = units == RegexUnits.Bytes ? RegexJudge.BytesDatabase : "postgres";
        (int count, int seed) = Size();
        var generator = new PatternGenerator(seed);
        var differences = new StringBuilder();
        int found = 0, valid = 0, matches = 0, tooComplex = 0;
        for (int done = 0; done < count; done += BatchSize)
        {
            var cases = Enumerable.Range(0, BatchSize).Select(_ => generator.Next()).ToList();
            IReadOnlyList<string> theirs = await RegexJudge.JudgeAsync(cluster, database, cases);
            for (int index = 0; index < cases.Count; index++)
            {
                string ours = Judge(cases[index].Pattern, cases[index].Subjects, units);
                valid += theirs[index][0] is '0' or '1' ? 1 : 0;
                matches += theirs[index].Count(verdict => verdict == '1');
                // How much memory and time the server's automaton takes is not known here.
                if (theirs[index] == RegexJudge.TooComplex && ours != theirs[index])
                    tooComplex++;
                else if (ours != theirs[index] && found++ < 40)
                    differences.AppendLine(Describe(cases[index], ours, theirs[index]));
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} patterns, {valid} valid, {matches} matches, {found} differences, {tooComplex} too complex");
        Assert.True(found == 0, $"{found} of {count} differ\n{differences}");
        Assert.InRange(tooComplex, 0, count / 1000);
    }

    private static (int Count, int Seed) Size()
    {
        string[] parts = (Environment.GetEnvironmentVariable(SizeVariable) ?? "3000,1").Split(',');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static string Judge(string pattern, string[] subjects, RegexUnits units)
    {
        var regex = AdvancedRegex.TryParse(pattern, units, out string? error);
        return regex is null
            ? error!
            : string.Concat(subjects.Select(subject => regex.TryMatch(subject, out bool isMatch) ? isMatch ? '1' : '0' : '?'));
    }

    private static string Describe((string Pattern, string[] Subjects) it, string ours, string theirs)
    {
        int first = ours.Zip(theirs).TakeWhile(pair => pair.First == pair.Second).Count();
        string subject = first < it.Subjects.Length && ours.Length == theirs.Length ? " on " + Show(it.Subjects[first]) : "";
        return $"{Show(it.Pattern)}{subject}: ours {ours}, theirs {theirs}";
    }

    private static string Show(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
