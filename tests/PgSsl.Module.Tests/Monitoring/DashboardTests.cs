using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Monitoring;

/// <summary>samples/monitoring/pgssl-dashboard.json, by Grafana's dashboard JSON model.</summary>
public sealed partial class DashboardTests
{
    private const int Columns = 24;

    private static readonly JsonObject Dashboard = JsonNode.Parse(
        File.ReadAllText(Path.Combine(Repository.Root, "samples", "monitoring", "pgssl-dashboard.json")))!.AsObject();

    private static readonly JsonObject[] Panels = [.. Dashboard["panels"]!.AsArray().Select(panel => panel!.AsObject())];

    private static readonly JsonObject[] Variables = [.. Dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!.AsObject())];

    public static TheoryData<string> Titles => [.. Panels.Select(panel => Text(panel, "title"))];

    [Fact]
    public void It_can_be_imported_again_and_by_anybody()
    {
        Assert.Equal("pgssl-expiry", Text(Dashboard, "uid"));
        Assert.InRange(Text(Dashboard, "uid").Length, 1, 40);
        Assert.NotEmpty(Text(Dashboard, "title"));
        Assert.InRange(Dashboard["schemaVersion"]!.GetValue<int>(), 36, 41);
        // An id is that of one database, and a uid of a data source that of one installation.
        Assert.False(Dashboard.ContainsKey("id"));
        JsonObject source = Assert.Single(Variables, variable => Text(variable, "type") == "datasource");
        Assert.Equal(("datasource", "prometheus"), (Text(source, "name"), Text(source, "query")));
        Assert.All(
            Sources(Dashboard), used => Assert.Equal(("prometheus", "${datasource}"), (Text(used.AsObject(), "type"), Text(used.AsObject(), "uid"))));
        Assert.Equal(Panels.Length, Panels.Select(panel => panel["id"]!.GetValue<int>()).Distinct().Count());
    }

    [Theory, MemberData(nameof(Titles))]
    public void A_panel_has_what_Grafana_needs(string title)
    {
        JsonObject panel = Find(title);
        Assert.Contains(Text(panel, "type"), new[] { "stat", "table", "bargauge", "timeseries", "state-timeline" });
        Assert.NotNull(panel["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]!);
        Assert.Null(panel["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]![0]!["value"]);
        JsonArray targets = panel["targets"]!.AsArray();
        Assert.NotEmpty(targets);
        Assert.Equal(targets.Count, targets.Select(target => Text(target!.AsObject(), "refId")).Distinct().Count());
        Assert.NotNull(panel["datasource"]);
    }

    [Theory, MemberData(nameof(Titles))]
    public void A_panel_asks_for_what_is_written(string title) => Assert.All(Expressions(Find(title)), expression =>
    {
        PromQl.Check(expression);
        Assert.All(Variable().Matches(expression), used => Assert.Contains(Variables, variable => Text(variable, "name") == used.Groups[1].Value));
    });

    [Fact]
    public void Panels_lie_side_by_side()
    {
        var taken = new Dictionary<(int X, int Y), string>();
        foreach (JsonObject panel in Panels)
        {
            int[] place = [.. new[] { "x", "y", "w", "h" }.Select(name => panel["gridPos"]![name]!.GetValue<int>())];
            Assert.True(place is [>= 0, >= 0, > 0, > 0] && place[0] + place[2] <= Columns, Text(panel, "title"));
            for (int x = place[0]; x < place[0] + place[2]; x++)
                for (int y = place[1]; y < place[1] + place[3]; y++)
                    Assert.True(taken.TryAdd((x, y), Text(panel, "title")), $"{Text(panel, "title")} lies on {taken.GetValueOrDefault((x, y))}.");
        }
        // And there is no hole.
        Assert.Equal(taken.Count, Columns * (taken.Keys.Max(cell => cell.Y) + 1));
    }

    [Theory]
    [InlineData("pgssl_certificate_not_after_seconds", "by (kind)")]
    [InlineData("pgssl_certificate_not_after_seconds", "by (server)")]
    [InlineData("pgssl_certificate_not_after_seconds", "bottomk(10,")]
    [InlineData("pgssl_probe_success", "by (server)")]
    [InlineData("node_textfile_mtime_seconds", "time()")]
    public void There_is_a_panel_of(string metric, string how) =>
        Assert.Contains(Panels.SelectMany(Expressions), expression => expression.Contains(metric) && expression.Contains(how));

    [Fact]
    public Task Promtool_accepts_each_query()
    {
        string[] expressions = [.. Panels.SelectMany(Expressions).Select(expression => Variable().Replace(expression, ".*"))];
        string rules = string.Concat(expressions.Select((expression, i) =>
            $"      - record: pgssl:panel{i}\n        expr: '{expression.Replace("'", "''", StringComparison.Ordinal)}'\n"));
        return Promtool.AcceptAsync(["check", "rules"], ("panels.yml", $"groups:\n  - name: panels\n    rules:\n{rules}"));
    }

    private static JsonObject Find(string title) => Panels.Single(panel => Text(panel, "title") == title);

    private static IEnumerable<string> Expressions(JsonObject panel) =>
        panel["targets"]!.AsArray().Select(target => Text(target!.AsObject(), "expr"));

    private static IEnumerable<JsonNode> Sources(JsonNode? node) => node switch
    {
        JsonObject part => part.SelectMany(member => member.Key == "datasource" ? [member.Value!] : Sources(member.Value)),
        JsonArray list => list.SelectMany(Sources),
        _ => [],
    };

    private static string Text(JsonObject node, string name) => node[name]!.GetValue<string>();

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Variable();
}
