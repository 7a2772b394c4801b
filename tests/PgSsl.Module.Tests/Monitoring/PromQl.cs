using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Monitoring;

/// <summary>What can be said of an expression in PromQL without Prometheus: its parentheses, its metrics and their labels.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = ["and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset"];

    /// <summary>The metrics that PrometheusText writes, as its source names them.</summary>
    public static IReadOnlySet<string> Written { get; } = OwnName()
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "src", "PgSsl.Core", "Expiry", "PrometheusText.cs")))
        .Select(match => match.Groups[1].Value).ToHashSet();

    /// <summary>Fails where an expression asks for a metric or label that nobody writes, or compares a moment with a number of seconds.</summary>
    public static void Check(string expression)
    {
        string bare = Quoted().Replace(expression, "\"\"");
        AssertBalanced(bare, expression);
        string[] metrics = MetricsOf(bare);
        Assert.NotEmpty(metrics);
        Assert.All(metrics, metric => Assert.True(
            Written.Contains(metric) || metric == "node_textfile_mtime_seconds", $"Nobody writes {metric}: {expression}"));
        string[] labels = [.. Matcher().Matches(bare).Select(match => match.Groups[1].Value).Concat(Grouping().Matches(bare)
            .SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)))];
        Assert.All(labels, label => Assert.Contains(label, new[] { "server", "kind", "subject", "path", "fingerprint", "file" }));
        // Each moment is compared with now, or subtracted from it, or it from that.
        string flat = Selector().Replace(bare, "");
        Assert.DoesNotMatch(@"(?<!-\s*)\b[a-z_]+_seconds\s*[<>=!]+\s*\d", flat);
        int moments = Moment().Count(flat);
        Assert.True(flat.Split("time()").Length - 1 >= moments, $"A moment stands alone: {expression}");
    }

    private static string[] MetricsOf(string bare) =>
    [
        .. Identifier().Matches(Grouping().Replace(Selector().Replace(bare, ""), "")).Select(match => match.Value)
            .Where(word => !Words.Contains(word)),
    ];

    private static void AssertBalanced(string bare, string expression)
    {
        var open = new Stack<char>();
        foreach (char letter in bare)
        {
            if (letter is '(' or '{' or '[')
                open.Push(letter);
            else if (letter is ')' or '}' or ']')
                Assert.True(open.TryPop(out char begin) && "(){}[]".Contains($"{begin}{letter}", StringComparison.Ordinal), expression);
        }
        Assert.Empty(open);
        Assert.DoesNotContain('"', bare.Replace("\"\"", "", StringComparison.Ordinal));
    }

    [GeneratedRegex("\"(pgssl_[a-z_]+)\"")]
    private static partial Regex OwnName();

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"([a-z_]+)\s*(?:=~|!~|!=|=)\s*""""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    // A name that is not a function's.
    [GeneratedRegex(@"\b[a-z_][a-z0-9_]*\b(?!\s*\()")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"_seconds\b")]
    private static partial Regex Moment();
}
