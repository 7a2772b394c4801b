using PgSsl.Common;
using PgSsl.Hba;
using PgSsl.Hba.Policy;

namespace PgSsl.Tests.Hba.Policy;

/// <summary>Where the rule that refuses plaintext stands, so that it refuses all of it and nothing else.</summary>
[Fast]
public class PlaintextRejectTests
{
    private const string Reject = "hostnossl all,replication all all reject";

    private static readonly HbaPolicy Policy = new() { RejectsPlaintext = true };

    [Theory]
    [InlineData("host all all all md5\n", "hostssl all all all md5\n" + Reject + "\n")]
    [InlineData("host all all all md5", "hostssl all all all md5\n" + Reject + "\n")]
    [InlineData("host all all all md5\r\n", "hostssl all all all md5\r\n" + Reject + "\r\n")]
    [InlineData("host all all all md5 # c \\", "hostssl all all all md5 # c \\\n\n" + Reject + "\n")]
    [InlineData("host all all all md5\n# end \\\n", "hostssl all all all md5\n# end \\\n\n" + Reject + "\n")]
    public void At_the_end_where_nothing_else_lets_plaintext_in(string before, string after) => Assert.Equal(after, Plans.Apply(before, Policy));

    [Fact]
    public void Before_the_first_rule_that_would_let_plaintext_in() => Assert.Equal(
        $"local all all peer\nhost all all 127.0.0.1/32 md5\n{Reject}\nhostnossl all legacy 10.0.0.0/8 md5\nhostssl all all all md5",
        Plans.Apply("local all all peer\nhost all all 127.0.0.1/32 md5\nhostnossl all legacy 10.0.0.0/8 md5\nhost all all all md5", Policy));

    [Fact]
    public void Behind_the_rules_for_GSSAPI_that_it_would_cut_off_besides_in_their_order() => Assert.Equal(
        $"hostgssenc all legacy 10.0.0.0/8 md5\nhostgssenc all bob all reject\nhostgssenc all all all gss\n{Reject}\n"
        + "hostnossl all legacy 10.0.0.0/8 md5\nhost all bob all reject\nhostgssenc all all all gss",
        Plans.Apply("hostnossl all legacy 10.0.0.0/8 md5\nhost all bob all reject\nhostgssenc all all all gss", Policy));

    [Fact]
    public void Not_before_rules_for_the_own_host_that_are_to_stay()
    {
        var failure = Assert.Throws<PgSslException>(() => Plans.Make("hostnossl all legacy 10.0.0.0/8 md5\nhost all all 127.0.0.1/32 md5", Policy));
        Assert.Equal(PgSslError.ContradictoryParameters, failure.Error);
        Assert.Contains("pg_hba.conf:2", failure.Message);
    }

    [Theory]
    [InlineData("hostssl all all all md5\nhostnossl all all all reject")]
    [InlineData("hostnossl all all all reject\nhostssl replication all all md5")]
    [InlineData(Reject + "\nhostnossl replication all 10.0.0.0/8 md5\nhostnossl all legacy all md5")]
    public void Nowhere_where_there_is_one_already(string text) => Assert.True(Plans.Make(text, Policy).IsNoChange);

    /// <summary>The keyword all does not mean replication.</summary>
    [Fact]
    public void Again_where_the_one_that_is_there_leaves_replication_out() => Assert.Equal(
        $"hostnossl all all all reject\n{Reject}\nhostnossl replication all 10.0.0.0/8 md5",
        Plans.Apply("hostnossl all all all reject\nhostnossl replication all 10.0.0.0/8 md5", Policy));

    [Fact]
    public void In_any_file_it_refuses_plaintext_and_nothing_else()
    {
        var random = new Random(4);
        HbaClient[] clients =
        [
            .. from user in (string[])["app", "bob"]
               from transport in Enum.GetValues<HbaTransport>().Except([HbaTransport.Socket])
               from address in (string[])["10.1.2.3", "192.0.2.1", "127.0.0.1"]
               from isReplication in (bool[])[false, true]
               select new HbaClient(user, "db", transport, NumericAddress.Parse(address)) { IsReplication = isReplication },
        ];
        var matcher = new HbaMatcher(HbaMatchContext.Unknown);
        for (int i = 0; i < 3000; i++)
        {
            string text = string.Join('\n', Enumerable.Range(0, random.Next(1, 7)).Select(_ => RandomRule(random)));
            HbaDocument without = Plans.Make(text).After;
            if (TryPlan(text) is not { } with)
                continue;
            foreach (HbaClient client in clients)
            {
                HbaVerdict one = matcher.Find(without.Records, client), other = matcher.Find(with.After.Records, client);
                bool isRefused = client.Transport == HbaTransport.Plaintext && one.Entry is { Record.IsLoopback: false };
                // A password over GSSAPI's encryption is nobody's habit: only rules that are meant for Kerberos are kept for it.
                if (client.Transport == HbaTransport.Gss
                    && one.Entry is { Record: { IsReject: false, Method: "md5", Type: not HbaConnectionType.HostGssEnc } })
                    continue;
                string message = $"{client} in\n{text}\n->\n{Plans.Text(with)}";
                Assert.True(isRefused ? other.LetsIn == false : one.LetsIn == other.LetsIn, message);
                if (other.LetsIn == true)
                    Assert.True(one.Entry!.Record!.Method == other.Entry!.Record!.Method, message);
            }
        }
    }

    private static HbaPlan? TryPlan(string text)
    {
        try
        {
            return Plans.Make(text, Policy);
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.ContradictoryParameters)
        {
            return null;
        }
    }

    private static string RandomRule(Random random)
    {
        string type = random.Pick(["host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"]);
        string database = random.Pick(["all", "db", "replication", "all,replication"]);
        string address = random.Pick(["all", "0.0.0.0/0", "10.0.0.0/8", "127.0.0.1/32"]);
        return $"{type} {database} {random.Pick(["all", "app", "bob"])} {address} {random.Pick(["md5", "gss", "reject"])}";
    }
}
