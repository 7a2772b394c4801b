using System.Text.RegularExpressions;
using PgSsl.Sandbox;
using YamlDotNet.RepresentationModel;

namespace PgSsl.Tests.Monitoring;

/// <summary>samples/monitoring/pgssl-rules.yml.</summary>
public sealed partial class AlertRuleTests
{
    private const string Name = "pgssl-rules.yml";

    // The time begins at 0, 1970. The file is as old as that, and ends after five hours.
    private const string Scenario = """
        rule_files: [pgssl-rules.yml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - {series: 'pgssl_certificate_not_after_seconds{server="db1:5432", kind="Leaf"}', values: '1800x300'}
              - {series: 'pgssl_certificate_not_after_seconds{server="db2:5432", kind="Leaf"}', values: '500000x300'}
              - {series: 'pgssl_certificate_not_after_seconds{server="db3:5432", kind="Leaf"}', values: '2000000x300'}
              - {series: 'pgssl_certificate_not_after_seconds{server="db4:5432", kind="Leaf"}', values: '9000000x300'}
              - {series: 'pgssl_certificate_not_after_seconds{path="/a.crl", kind="Crl"}', values: '500000x300'}
              - {series: 'pgssl_certificate_not_after_seconds{path="/b.crl", kind="Crl"}', values: '50000x300'}
              - {series: 'pgssl_probe_success{server="db5:5432"}', values: '0x300'}
              - {series: 'pgssl_probe_success{server="db1:5432"}', values: '1x300'}
              - {series: 'pgssl_file_readable{path="/c.crt"}', values: '0x300'}
              - {series: 'node_textfile_mtime_seconds{file="/x/pgssl.prom", instance="h"}', values: '0x600'}
            promql_expr_test:

        """;

    // Which alerts there are: of what, and after how many hours.
    private static readonly (string Alert, string Of, int Hour, int Count)[] Expected =
    [
        ("PgCertificateExpired", "server=\"db1:5432\"", 2, 1),
        ("PgCertificateExpired", "", 2, 1),
        ("PgCertificateExpiresWithinAWeek", "server=\"db2:5432\"", 2, 1),
        ("PgCertificateExpiresWithinAWeek", "", 2, 1),
        ("PgCertificateExpiresWithinAMonth", "server=\"db3:5432\"", 2, 1),
        ("PgCertificateExpiresWithinAMonth", "", 2, 1),
        ("PgRevocationListIsDue", "path=\"/b.crl\"", 2, 1),
        ("PgRevocationListIsDue", "", 2, 1),
        ("PgServerShowsNoCertificate", "server=\"db5:5432\"", 2, 1),
        ("PgServerShowsNoCertificate", "", 2, 1),
        ("PgCertificateFileIsUnreadable", "path=\"/c.crt\"", 2, 1),
        ("PgSslCheckIsOld", "", 2, 0),
        ("PgSslCheckIsMissing", "", 2, 0),
        ("PgSslCheckIsOld", "", 7, 1),
        ("PgSslCheckIsMissing", "", 7, 1),
    ];

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "samples", "monitoring", Name));

    private static readonly IReadOnlyDictionary<string, YamlMappingNode> Rules = ReadRules().ToDictionary(rule => Of(rule, "alert")!);

    public static TheoryData<string> Alerts => [.. Rules.Keys];

    [Theory, MemberData(nameof(Alerts))]
    public void A_rule_has_what_an_alert_needs(string alert)
    {
        YamlMappingNode rule = Rules[alert];
        Assert.Matches("^Pg[A-Za-z]+$", alert);
        string[] members = [.. rule.Children.Keys.Select(key => key.ToString())];
        Assert.Subset(new HashSet<string> { "alert", "expr", "for", "labels", "annotations" }, members.ToHashSet());
        Assert.Superset(new HashSet<string> { "alert", "expr", "labels", "annotations" }, members.ToHashSet());
        Assert.Contains(Of((YamlMappingNode)rule.Children["labels"], "severity"), new[] { "warning", "critical" });
        if (Of(rule, "for") is { } wait)
            Assert.Matches("^[0-9]+[smhd]$", wait);
        var annotations = (YamlMappingNode)rule.Children["annotations"];
        foreach (string text in new[] { Of(annotations, "summary")!, Of(annotations, "description")! })
        {
            Assert.NotEmpty(text);
            Assert.All(Template().Matches(text), label => Assert.Contains(
                label.Groups[1].Value, new[] { "server", "kind", "subject", "path", "instance" }));
        }
    }

    [Theory, MemberData(nameof(Alerts))]
    public void A_rule_asks_for_what_is_written(string alert) => PromQl.Check(Of(Rules[alert], "expr")!);

    [Fact]
    public void Each_metric_has_a_rule() => Assert.All(
        PromQl.Written, metric => Assert.Contains(Rules.Values, rule => Of(rule, "expr")!.Contains(metric)));

    [Fact]
    public Task Promtool_accepts_the_rules() => Promtool.AcceptAsync(["check", "rules", "--lint-fatal"], (Name, Text));

    [Fact]
    public Task Each_alert_comes_when_it_should_and_no_other()
    {
        Assert.Equal(Rules.Keys.Order(), Expected.Select(row => row.Alert).Distinct().Order());
        IEnumerable<string> questions = Expected.Select(row =>
            $$$"""
                  - expr: count(ALERTS{alertname="{{{row.Alert}}}", alertstate="firing"{{{(row.Of.Length > 0 ? ", " : "")}}}{{{row.Of}}}})
                    eval_time: {{{row.Hour}}}h
                    exp_samples: [{{{(row.Count > 0 ? $"{{labels: '{{}}', value: {row.Count}}}" : "")}}}]

            """);
        return Promtool.AcceptAsync(["test", "rules"], (Name, Text), ("test.yml", Scenario + string.Concat(questions)));
    }

    private static IEnumerable<YamlMappingNode> ReadRules()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Text));
        var groups = (YamlSequenceNode)((YamlMappingNode)Assert.Single(stream.Documents).RootNode).Children["groups"];
        foreach (YamlMappingNode group in groups.Cast<YamlMappingNode>())
        {
            Assert.NotEmpty(Of(group, "name")!);
            foreach (YamlNode rule in (YamlSequenceNode)group.Children["rules"])
                yield return (YamlMappingNode)rule;
        }
    }

    private static string? Of(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out YamlNode? value) ? value.ToString() : null;

    [GeneratedRegex(@"\$labels\.([a-z_]+)")]
    private static partial Regex Template();
}
