using PgSsl.Hba;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba;

/// <summary>Files with NUL bytes: the server loses text behind them, which is said and not copied.</summary>
[Collection(HbaViewServer.Collection)]
public class HbaNulTests
{
    private const string SwallowsTheNextRule = "local all all reject\n# note\0\nlocal all all trust\nlocal all all peer\n";

    [Fact]
    public void Rules_behind_a_NUL_byte_have_a_critical_finding()
    {
        HbaRule[] rules = [.. HbaRule.Of(new HbaFileSet(SwallowsTheNextRule).Read())];

        Assert.DoesNotContain(rules[0].Findings, finding => finding.Code == "NulByte");
        foreach (HbaRule rule in rules[1..])
        {
            Finding finding = Assert.Single(rule.Findings, finding => finding.Code == "NulByte");
            Assert.Equal(FindingSeverity.Critical, finding.Level);
            Assert.StartsWith("Line 2 of /data/pg_hba.conf contains a NUL byte.", finding.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_in_UTF_16_is_told_by_the_same_finding()
    {
        HbaRule rule = HbaRule.Of(new HbaFileSet("\u00FF\u00FEl\0o\0c\0a\0l\0 \0\n\0").Read()).First();

        Finding finding = Assert.Single(rule.Findings);
        Assert.Equal("NulByte", finding.Code);
        Assert.Contains("UTF-16", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_NUL_byte_is_not_edited()
    {
        var files = new MemoryHbaFiles(new HbaFileSet(SwallowsTheNextRule + "host all all all md5\n"));
        HbaDocument document = HbaDocument.Read(MemoryHbaFiles.MainPath, new HbaDialect(), files);

        PgSslException failure = Assert.Throws<PgSslException>(() => HbaPlanner.Plan(document, new HbaPolicy(), files));

        Assert.Equal(PgSslError.InvalidHbaFile, failure.Error);
        Assert.StartsWith("Line 2 of /data/pg_hba.conf contains a NUL byte", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task The_server_reads_other_rules_behind_a_NUL_byte(int major)
    {
        await using HbaViewServer server = (await HbaViewServer.OpenAsync(major, hasTls: false)).OrSkip(Assert.Skip);
        server.Put(new HbaFileSet(SwallowsTheNextRule));
        IReadOnlyList<string> rows = await server.RowsAsync();

        Assert.Equal(2, rows.Count);
        Assert.Equal(3, server.Read().Records.Count);
    }
}
