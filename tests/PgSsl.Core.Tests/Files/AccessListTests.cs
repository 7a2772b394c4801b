using PgSsl.Files;

namespace PgSsl.Tests.Files;

/// <summary>Windows' access lists, as text: what a key's list becomes.</summary>
[Fast]
public sealed class AccessListTests
{
    private const string Me = "S-1-5-21-1-2-3-1001";
    private const string Service = "S-1-5-80-1-2-3-4-5";

    /// <summary>EDB's installer gives NetworkService the data directory; the list is kept to the last letter.</summary>
    [Theory]
    [InlineData("D:AI(A;ID;FA;;;NS)(A;ID;FA;;;SY)(A;ID;FA;;;BA)")]
    [InlineData("D:PAI(D;;FW;;;S-1-5-21-1-2-3-1002)(A;;0x1200a9;;;S-1-5-80-1-2-3-4-5)(A;;FA;;;SY)")]
    [InlineData("D:P(XA;;FR;;;S-1-5-21-1-2-3-4;(@User.Title == \"a)b\"))(A;;FA;;;SY)")]
    [InlineData("D:P(D;;FR;;;WD)(A;;FR;;;NS)")]
    [InlineData("D:P")]
    public void A_key_that_is_replaced_keeps_its_list(string list) => Assert.Equal(list, Replace(list, null));

    /// <summary>What the directory gives to everybody would come back by inheritance, so the list becomes the file's own.</summary>
    [Theory]
    [InlineData("D:AI(A;ID;FA;;;NS)(A;ID;0x1200a9;;;BU)(A;ID;FA;;;BA)", "D:P(A;;FA;;;ME)(A;;FA;;;NS)(A;;FA;;;BA)")]
    [InlineData("D:(A;;FR;;;WD)(A;;FR;;;S-1-5-20)", "D:P(A;;FA;;;ME)(A;;FR;;;S-1-5-20)")]
    [InlineData("D:(A;;FR;;;S-1-1-0)(A;;FR;;;AU)(A;;FR;;;S-1-5-32-545)(A;;FR;;;S-1-5-21-9-8-7-513)", "D:P(A;;FA;;;ME)")]
    [InlineData("D:(D;;FW;;;WD)(XA;;FR;;;WD;(@User.x == 1))(A;;FR;;;NS)", "D:P(D;;FW;;;WD)(A;;FA;;;ME)(A;;FR;;;NS)")]
    [InlineData("D:NO_ACCESS_CONTROL", "D:P(A;;FA;;;ME)")]
    public void But_not_the_entries_for_everybody(string list, string kept) =>
        Assert.Equal(kept.Replace("ME", Me, StringComparison.Ordinal), Replace(list, null));

    [Theory]
    [InlineData("D:P(A;;FA;;;SY)", "D:P(A;;FR;;;S-1-5-80-1-2-3-4-5)(A;;FA;;;SY)")]
    [InlineData("D:AI(A;ID;FA;;;SY)", "D:AI(A;;FR;;;S-1-5-80-1-2-3-4-5)(A;ID;FA;;;SY)")]
    [InlineData("D:P(D;;FR;;;BG)", "D:P(D;;FR;;;BG)(A;;FR;;;S-1-5-80-1-2-3-4-5)")]
    // It can read the file already, or only new files would inherit that.
    [InlineData("D:P(A;;0x1200a9;;;S-1-5-80-1-2-3-4-5)", "D:P(A;;0x1200a9;;;S-1-5-80-1-2-3-4-5)")]
    [InlineData("D:P(A;OICIIO;FA;;;S-1-5-80-1-2-3-4-5)", "D:P(A;;FR;;;S-1-5-80-1-2-3-4-5)(A;OICIIO;FA;;;S-1-5-80-1-2-3-4-5)")]
    [InlineData("D:P(A;;FW;;;S-1-5-80-1-2-3-4-5)", "D:P(A;;FR;;;S-1-5-80-1-2-3-4-5)(A;;FW;;;S-1-5-80-1-2-3-4-5)")]
    public void The_server_s_account_is_let_in(string list, string expected) => Assert.Equal(expected, Replace(list, Service));

    [Fact]
    public void A_well_known_account_has_two_names() => Assert.Equal("D:P(A;;FR;;;NS)", Replace("D:P(A;;FR;;;NS)", "S-1-5-20"));

    [Theory]
    [InlineData(null, "D:P(A;;FA;;;ME)(A;;FA;;;SY)(A;;FA;;;BA)")]
    [InlineData(Service, "D:P(A;;FR;;;S-1-5-80-1-2-3-4-5)(A;;FA;;;ME)(A;;FA;;;SY)(A;;FA;;;BA)")]
    public void A_new_key_is_for_its_writer_the_administrators_and_the_server(string? reader, string expected) =>
        Assert.Equal(expected.Replace("ME", Me, StringComparison.Ordinal), AccessList.OfKey(null, Me, reader).ToString());

    [Theory]
    [InlineData("D:P(A;;FA;;;S-1-5-21-1-2-3-1001)(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;BU)", false)]
    [InlineData("D:P(A;;FA;;;SY)(A;;FR;;;NS)", true)]
    [InlineData("D:P(A;;FA;;;SY)(D;;FR;;;NS)", false)]
    public void Whether_a_list_names_somebody_who_can_be_the_server(string list, bool expected) =>
        Assert.Equal(expected, AccessList.Parse(list).NamesOthers(Me));

    [Theory]
    [InlineData("O:BAD:P(A;;FA;;;SY)")]
    [InlineData("D:P(A;;FA;;;SY")]
    [InlineData("D:P(A;;FA)")]
    public void What_is_no_list_is_not_taken_for_one(string text) => Assert.Throws<FormatException>(() => AccessList.Parse(text));

    private static string Replace(string list, string? reader) => AccessList.OfKey(AccessList.Parse(list), Me, reader).ToString();
}
