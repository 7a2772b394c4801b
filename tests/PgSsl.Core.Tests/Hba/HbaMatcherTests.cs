using PgSsl.Common;
using PgSsl.Hba;
using PgSsl.Hba.Live;

namespace PgSsl.Tests.Hba;

/// <summary>What decides about a client, and what is not known without asking.</summary>
[Fast]
public class HbaMatcherTests
{
    private static readonly HbaClient App = new("app", "sales", HbaTransport.Tls, NumericAddress.Parse("10.1.2.3"));

    [Fact]
    public void The_first_match_decides_whatever_comes_behind()
    {
        HbaRuleTest test = Test("hostnossl all all all trust\nhost all app all reject\nhost all all all trust");
        Assert.Equal(("reject", 2), (test.Outcome, test.LineNumber));
        Assert.Equal("pg_hba.conf rejects connection for host \"10.1.2.3\", user \"app\", database \"sales\", SSL encryption", test.Reason);
    }

    [Fact]
    public void Membership_that_is_not_known_makes_the_outcome_unknown()
    {
        HbaRuleTest test = Test("host all +staff all reject\nhost all all all scram-sha-256");
        Assert.Equal("unknown", test.Outcome);
        Assert.Null(test.IsLetIn);
        Assert.Equal("It is not known whether app is a member of staff (pg_hba.conf:1).", test.Reason);
    }

    /// <summary>Which rule it is does not matter where all that are possible let the client in.</summary>
    [Fact]
    public void Whether_a_client_gets_in_can_be_known_where_the_rule_is_not() =>
        Assert.True(Test("host all +staff all md5\nhost all all all scram-sha-256").IsLetIn);

    [Fact]
    public void Members_of_members_are_members()
    {
        var memberships = new RoleMemberships(new Dictionary<string, string[]> { ["staff"] = ["dev"], ["dev"] = ["app", "staff"] });
        HbaMatchContext known = HbaMatchContext.Unknown with { IsMember = (user, role) => memberships.IsMember(user, role) };
        Assert.Equal("reject", Test("host all +staff all reject", known).Outcome);
        Assert.Equal("implicit reject", Test("host all +admins all reject", known).Outcome);
    }

    [Fact]
    public void Names_of_hosts_are_unknown_without_DNS() =>
        Assert.Equal("It is not known the host name of 10.1.2.3 (pg_hba.conf:1).", Test("host all all .example.com md5").Reason);

    [Theory]
    [InlineData("db.example.com", "authenticate")]
    [InlineData("example.com", "implicit reject")]
    [InlineData("", "implicit reject")]
    public void A_suffix_does_not_stand_for_the_bare_domain(string name, string outcome) =>
        Assert.Equal(outcome, Test("host all all .example.com md5", HbaMatchContext.Unknown with { NameOf = _ => name }).Outcome);

    [Fact]
    public void All_rules_are_explained()
    {
        HbaDocument document = WrittenFiles.Read(
            "local all all peer\nhostnossl all all all md5\nhost x all all md5\nhost all bob all md5\nhost all all 192.0.2.0/24 md5\n"
            + "host all all all md5\nhost all all all trust");
        Assert.Equal(
            [
                (false, "local does not match connections over TLS"), (false, "hostnossl does not match connections over TLS"),
                (false, "the database is sales"), (false, "the user is app"), (false, "the address is 10.1.2.3"), (true, null), (true, null),
            ],
            HbaRuleMatch.Of(document, App, HbaMatchContext.Unknown).Select(match => (match.IsMatch!.Value, match.Reason)));
        Assert.Equal(6, HbaRuleMatch.Of(document, App, HbaMatchContext.Unknown).Single(match => match.Decides).LineNumber);
    }

    private static HbaRuleTest Test(string text, HbaMatchContext? context = null) =>
        HbaRuleTest.Of(WrittenFiles.Read(text), App, context ?? HbaMatchContext.Unknown);
}
