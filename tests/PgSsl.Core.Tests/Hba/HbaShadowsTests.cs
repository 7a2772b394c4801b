using PgSsl.Common;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>Rules that are never reached.</summary>
[Fast]
public class HbaShadowsTests
{
    [Theory]
    [InlineData("host all all all md5", "host sales app 10.0.0.0/8 trust")]
    [InlineData("host all all all md5", "hostssl all all .example.com trust")]
    [InlineData("host all all 10.0.0.0/8 md5", "hostnossl all +staff 10.1.2.0/24 trust")]
    [InlineData("host all all 10.9.9.9/8 md5", "host all all 10.0.0.0 255.0.255.0 trust")]
    [InlineData("host all a,b,c all md5", "host sales c,a all trust")]
    [InlineData("host all /^app all md5", "host all app1,app2 all trust")]
    [InlineData("host all all samenet md5", "host all all samehost trust")]
    [InlineData("host all all .example.com md5", "host all all DB.Example.com trust")]
    [InlineData("local all all md5", "local sameuser bob trust")]
    [InlineData("host samegroup all all md5", "host samerole all all trust")]
    [InlineData("host replication all all md5", "host replication all all trust")]
    [InlineData("host all all all reject", "hostssl all all all cert")]
    public void The_later_rule_is_shadowed(string earlier, string later) => Assert.Equal("pg_hba.conf:1", ShadowOfLast(earlier, later));

    [Theory]
    [InlineData("hostssl all all all md5", "host all all all trust")]
    [InlineData("host all all all md5", "local all all trust")]
    [InlineData("host all all all md5", "host replication all all trust")]
    [InlineData("host all all 0.0.0.0/0 md5", "host all all all trust")]
    [InlineData("host all all 0.0.0.0/0 md5", "host all all ::/0 trust")]
    [InlineData("host all all 10.1.0.0/16 md5", "host all all 10.0.0.0/8 trust")]
    [InlineData("host all all 10.0.0.0 255.0.255.0 md5", "host all all 10.0.0.0/16 trust")]
    [InlineData("host all +staff all md5", "host all bob all trust")]
    [InlineData("host \"all\" all all md5", "host sales all all trust")]
    [InlineData("host sameuser all all md5", "host sales all all trust")]
    [InlineData("host all a,b all md5", "host all a,c all trust")]
    [InlineData("host all all .example.com md5", "host all all example.com trust")]
    public void The_later_rule_can_be_reached(string earlier, string later) => Assert.Null(ShadowOfLast(earlier, later));

    /// <summary>Whatever is called shadowed is never the first match, for any of many clients.</summary>
    [Fact]
    public void No_client_meets_a_shadowed_rule()
    {
        var random = new Random(11);
        var matcher = new HbaMatcher(HbaMatchContext.Unknown);
        int found = 0;
        for (int i = 0; i < 1500; i++)
        {
            HbaDocument document = WrittenFiles.Read(string.Join('\n', Enumerable.Range(0, 8).Select(_ => RandomRule(random))));
            HbaEntry?[] shadows = HbaShadows.Find(document.Entries);
            HashSet<HbaEntry> shadowed = [.. document.Entries.Where((_, k) => shadows[k] is not null)];
            found += shadowed.Count;
            foreach (HbaClient client in Clients)
                Assert.DoesNotContain(matcher.Find(document.Records, client).Entry!, shadowed);
        }
        Assert.True(found > 500);
    }

    /// <summary>In files without reject: a client that meets a rule with this finding over TLS gets in without TLS, too.</summary>
    [Fact]
    public void A_client_of_a_rule_that_does_not_require_TLS_gets_in_without_it()
    {
        var random = new Random(12);
        var matcher = new HbaMatcher(HbaMatchContext.Unknown);
        int found = 0;
        for (int i = 0; i < 1500; i++)
        {
            string text = string.Join('\n', Enumerable.Range(0, 8).Select(_ => RandomRule(random))).Replace("reject", "md5");
            HbaDocument document = WrittenFiles.Read(text);
            HashSet<HbaEntry> meaningless =
            [
                .. HbaRule.Of(document).Zip(document.Entries)
                    .Where(pair => pair.First.Findings.Any(finding => finding.Code == "TlsNotRequired")).Select(pair => pair.Second),
            ];
            found += meaningless.Count;
            foreach (HbaClient client in Clients.Where(client => client.Transport == HbaTransport.Tls))
                if (matcher.Find(document.Records, client).Entry is { } entry && meaningless.Contains(entry))
                    Assert.True(matcher.Find(document.Records, client with { Transport = HbaTransport.Plaintext }).LetsIn);
        }
        Assert.True(found > 500);
    }

    private static readonly HbaClient[] Clients =
    [
        .. from user in (string[])["app", "bob"]
           from database in (string[])["sales", "bob"]
           from transport in (HbaTransport[])[HbaTransport.Tls, HbaTransport.Plaintext, HbaTransport.Gss]
           from address in (string[])["10.1.2.3", "10.9.0.1", "::1"]
           from isReplication in (bool[])[false, true]
           select new HbaClient(user, database, transport, NumericAddress.Parse(address)) { IsReplication = isReplication },
    ];

    private static string RandomRule(Random random) => string.Join(
        ' ',
        random.Pick(["host", "hostssl", "hostnossl", "hostnogssenc"]),
        random.Pick(["all", "sales", "sameuser", "replication", "sales,bob", "all,replication", "/s"]),
        random.Pick(["all", "app", "bob", "app,bob", "/^a"]),
        random.Pick(["all", "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "::/0", "10.0.2.3 255.0.255.255"]),
        random.Pick(["md5", "reject"]));

    private static string? ShadowOfLast(string earlier, string later) => HbaRule.Of(WrittenFiles.Read($"{earlier}\n{later}")).Last().IsShadowedBy;
}
