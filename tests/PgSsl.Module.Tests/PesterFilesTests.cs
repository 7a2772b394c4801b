namespace PgSsl.Tests;

public class PesterFilesTests
{
    [Fact]
    public void Every_Pester_file_has_a_class_that_runs_it()
    {
        IEnumerable<string> run = typeof(PesterFileTests).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(PesterFileTests)))
            .Select(type => PesterFile.Of(type).ToString());
        Assert.Equal(PesterFile.AllNames.Order(), run.Order());
    }

    [Fact]
    public void A_failed_Pester_test_fails_with_the_message_and_place_that_Pester_gives()
    {
        var failure = Assert.Throws<PesterFailureException>(
            new PesterResult("adds", "Failed", "Expected 2, but got 3.", "at <ScriptBlock>, Sum.Tests.ps1:7").Report);
        Assert.Equal("Expected 2, but got 3.", failure.Message);
        Assert.Contains("Sum.Tests.ps1:7", failure.StackTrace);
    }

    [Theory]
    [InlineData("NotRun")]
    [InlineData("Inconclusive")]
    public void What_Pester_does_not_call_passed_never_passes(string outcome) =>
        Assert.Throws<PesterFailureException>(new PesterResult("adds", outcome, null, null).Report);
}
