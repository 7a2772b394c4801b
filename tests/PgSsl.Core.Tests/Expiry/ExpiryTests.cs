using System.Text;
using System.Text.RegularExpressions;
using PgSsl.Expiry;

namespace PgSsl.Tests.Expiry;

[Fast]
public sealed partial class ExpiryTests
{
    private static readonly DateTime At = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    private static readonly string Hostile = "a|b;c='d'\"e\\f\ng\u001b[31m\u202e";

    [Theory]
    [InlineData(31.0, "Ok")]
    [InlineData(30.0, "Ok")]
    [InlineData(29.9, "Warning")]
    [InlineData(7.0, "Warning")]
    [InlineData(6.9, "Critical")]
    [InlineData(0.0, "Critical")]
    [InlineData(-0.1, "Expired")]
    public void A_number_of_days_has_a_status(double days, string status) => Assert.Equal(status, Judge(Leaf("db1", days)).Status);

    [Fact]
    public void A_dead_server_is_critical_and_what_says_nothing_of_one_is_unknown()
    {
        Assert.Equal("Critical", Judge(new ExpiryFact("Server") { Error = "refused" }).Status);
        Assert.Equal("Unknown", Judge(new ExpiryFact("Server") { Error = "Port x", IsMisnamed = true }).Status);
        Assert.Equal("Unknown", Judge(new ExpiryFact("Crl")).Status);
        Assert.Equal("Unknown", Judge(new ExpiryFact("File") { Error = "It does not exist." }).Status);
    }

    [Theory]
    [InlineData("Expired,Critical,Warning,Unknown,Ok", "CRITICAL", "expired")]
    [InlineData("Ok,Unknown,Warning,Critical", "CRITICAL", "critical")]
    [InlineData("Ok,Unknown,Warning", "WARNING", "warning")]
    [InlineData("Ok,Unknown", "UNKNOWN", "unknown")]
    [InlineData("Ok", "OK", "ok")]
    public void The_worst_is_named_first(string statuses, string state, string first)
    {
        CertificateExpiry item = Judge(Leaf("db1", 3));
        NagiosResult result = NagiosText.Of([.. statuses.Split(',').Select((status, i) => item with { Status = status, Subject = $"db{i}" })]);
        Assert.StartsWith($"{state} - 1 {first}", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1950)]
    [InlineData(9999)]
    public void A_year_at_the_edge_is_judged_and_written(int year)
    {
        CertificateExpiry item = Judge(Leaf("db1", 0) with { NotAfter = new DateTime(year, 12, 31, 23, 59, 59, DateTimeKind.Utc) });
        Assert.Equal(year < 2026 ? "Expired" : "Ok", item.Status);
        AssertIsMetrics(PrometheusText.Of([item]));
    }

    [Fact]
    public void Critical_before_warning_is_refused() =>
        Assert.Equal(PgSslError.ContradictoryParameters, Assert.Throws<PgSslException>(() => new ExpiryJudge(7, 30, At)).Error);

    [Theory]
    [InlineData(0, 40.0)]
    [InlineData(1, 40.0, 20.0)]
    [InlineData(2, 40.0, 20.0, 3.0)]
    [InlineData(2, 40.0, -3.0)]
    [InlineData(3)]
    public void The_worst_decides_the_exit_code(int code, params double[] days) =>
        Assert.Equal(code, NagiosText.Of([.. days.Select((left, i) => Judge(Leaf($"db{i}", left)))]).ExitCode);

    [Fact]
    public void A_hostile_name_stays_within_its_line_and_label()
    {
        CertificateExpiry item = Judge(Leaf(Hostile, 3) with { Server = Hostile });
        string line = NagiosText.Of([item]).Text;
        Assert.DoesNotContain(line, char.IsControl);
        Assert.Matches(@"^CRITICAL - [^|]+ \| '(?:[^'=|]|'')+'=3;30:;7:$", line);
        AssertIsMetrics(PrometheusText.Of([item]));
    }

    [Fact]
    public void Ten_thousand_roots_leave_a_line_that_Nagios_reads()
    {
        CertificateExpiry[] items = [.. Enumerable.Range(0, 10_000).Select(i => Judge(Leaf($"Root CA {i}", 400 + i)))];
        Assert.InRange(NagiosText.Of(items).Text.Length, 1, 8000);
        AssertIsMetrics(PrometheusText.Of(items));
    }

    [Fact]
    public void A_name_is_not_cut_within_a_character()
    {
        // One of the two names has the first half of a pair where it is cut.
        CertificateExpiry[] items =
        [
            .. new[] { "", "x" }.Select(start => Judge(Leaf(start + string.Concat(Enumerable.Repeat("\U0001F418", 200)), 3))),
        ];
        string line = NagiosText.Of(items).Text;
        Assert.DoesNotContain("U+D8", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(line)));
    }

    [Fact]
    public void A_line_ends_before_Nagios_cuts_it()
    {
        string name = string.Concat(Enumerable.Repeat("\U0001F418\u202E", 100));
        CertificateExpiry[] items = [.. Enumerable.Range(0, 100).Select(i => Judge(Leaf($"{i}{name}", 3)))];
        string line = NagiosText.Of(items).Text;
        Assert.InRange(Encoding.UTF8.GetByteCount(line), 1000, 8000);
        Assert.Matches(@"=3;30:;7:$", line);
    }

    [Fact]
    public void Things_whose_names_begin_alike_have_values_of_their_own()
    {
        string name = new('x', 300);
        CertificateExpiry[] items =
        [
            .. new[] { "AAAAAAAA01", "BBBBBBBB01", "BBBBBBBB01" }
                .Select((print, i) => Judge(Leaf($"{name}{i}", 3 + Math.Min(i, 1)) with { Fingerprint = print })),
        ];
        string values = NagiosText.Of(items).Text.Split(" | ")[1];
        Assert.Matches("^'Leaf db1:5432 x+… AAAAAAAA'=3;30:;7: 'Leaf db1:5432 x+… BBBBBBBB'=4;30:;7:$", values);
    }

    [Fact]
    public void The_same_thing_counts_once()
    {
        CertificateExpiry item = Judge(Leaf("db1", 40));
        Assert.StartsWith("OK - 1 ok;", NagiosText.Of([item, Judge(Leaf("db1", 40))]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_is_written_once() => AssertIsMetrics(PrometheusText.Of([Judge(Leaf("db1", 3)), Judge(Leaf("db1", 3))]));

    private static ExpiryFact Leaf(string subject, double days) =>
        new("Leaf") { Server = "db1:5432", Subject = subject, NotAfter = At.AddDays(days) };

    private static CertificateExpiry Judge(ExpiryFact fact) => new ExpiryJudge(30, 7, At).Judge(fact);

    private static void AssertIsMetrics(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text[..^1].Split('\n');
        Assert.All(lines, line => Assert.Matches(Line(), line));
        string[] series = [.. lines.Where(line => line[0] != '#').Select(line => line[..line.LastIndexOf(' ')])];
        Assert.Equal(series.Distinct(), series);
    }

    [GeneratedRegex("""^(?:# (?:HELP|TYPE) pgssl_[a-z_]+ .+|pgssl_[a-z_]+\{(?:[a-z]+="(?:[^"\\]|\\[\\"n])*",?)+\} -?[0-9]+)$""")]
    private static partial Regex Line();
}
