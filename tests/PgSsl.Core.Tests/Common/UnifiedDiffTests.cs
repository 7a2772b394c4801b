using System.Text;
using PgSsl.Common;
using PgSsl.Sandbox;
using PgSsl.Tests.Hba;

namespace PgSsl.Tests.Common;

/// <summary>The diff that users read, and that patch(1) would take.</summary>
public class UnifiedDiffTests
{
    [Fact]
    public void A_changed_line_stands_between_three_others() => Assert.Equal(
        ["--- f", "+++ f", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"],
        Diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"));

    [Theory]
    [InlineData("a\nb\nc\n", "A\nB\nc\n", "@@ -1,3 +1,3 @@,-a,-b,+A,+B, c")]
    [InlineData("a\nb\nc\n", "A\nB\nnew\nc\n", "@@ -1,3 +1,4 @@,-a,-b,+A,+B,+new, c")]
    public void Of_lines_side_by_side_the_old_ones_come_first(string before, string after, string lines) =>
        Assert.Equal(lines.Split(','), Merged(Diff(before, after).Skip(2)));

    [Fact]
    public void Nothing_differs_in_equal_texts() => Assert.Empty(Diff("1\n2", "1\n2"));

    [Fact]
    public async Task Patch_turns_the_one_into_the_other()
    {
        if (!File.Exists("/usr/bin/patch"))
            Assert.Skip("patch(1) is not installed.");
        string directory = SandboxDirectory.Create();
        var random = new Random(7);
        for (int i = 0; i < 60; i++)
        {
            string before = RandomText(random), after = Mutate(random, before);
            string file = Path.Combine(directory, "file"), diff = Path.Combine(directory, "diff");
            await File.WriteAllTextAsync(file, before, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(diff, string.Join('\n', Diff(before, after)) + "\n", TestContext.Current.CancellationToken);
            if (before != after)
                (await ProcessRunner.RunAsync("/usr/bin/patch", ["-s", "--binary", file, diff])).OrThrow("patch");
            Assert.Equal(after, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }
        Directory.Delete(directory, recursive: true);
    }

    private static IReadOnlyList<string> Diff(string before, string after) =>
        UnifiedDiff.Between("f", Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after));

    // The ranges have commas, too.
    private static string[] Merged(IEnumerable<string> lines) => string.Join(',', lines).Split(',');

    private static string RandomText(Random random) =>
        string.Join('\n', Enumerable.Range(0, random.Next(0, 40)).Select(_ => random.Pick(["a", "b", "c", "", "host all all all md5"]))) +
            random.Pick(["", "\n"]);

    private static string Mutate(Random random, string text)
    {
        List<string> lines = [.. text.Split('\n')];
        for (int i = random.Next(4); i > 0; i--)
        {
            int at = random.Next(lines.Count);
            if (random.Next(3) == 0)
                lines.Insert(at, "new");
            else if (random.Next(2) == 0 && lines.Count > 1)
                lines.RemoveAt(at);
            else
                lines[at] = "other";
        }
        return string.Join('\n', lines);
    }
}
