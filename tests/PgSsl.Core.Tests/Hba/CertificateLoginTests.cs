using PgSsl.Common;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>What a rule that demands a client certificate does to a client, whose certificate is known or not (auth.c).</summary>
[Fast]
public class CertificateLoginTests
{
    private const string NotKnown =
        "It is not known whether the client has the certificate that the rule demands, which -ClientCertificateName tells (pg_hba.conf:1).";

    private const string NotWhole =
        "It is not known the whole name of the certificate of app, which clientname=DN compares (pg_hba.conf:1).";

    private const string Rejects = "pg_hba.conf rejects connection for host \"10.1.2.3\", user \"app\", database \"sales\", SSL encryption";

    private const string NotBob = "authentication failed for user \"app\" (its certificate is for bob)";

    private const string None = "connection requires a valid client certificate";

    [Theory]
    [InlineData(18, "cert", null, null, NotKnown)]
    [InlineData(18, "cert", "", false, None)]
    [InlineData(18, "cert", "app", true, null)]
    [InlineData(18, "cert", "bob", false, "certificate " + NotBob)]
    [InlineData(18, "scram-sha-256 clientcert=verify-full", "bob", false, "password " + NotBob)]
    [InlineData(18, "scram-sha-256 clientcert=verify-full", "app", true, null)]
    [InlineData(18, "scram-sha-256 clientcert=verify-ca", "bob", true, null)]
    [InlineData(18, "scram-sha-256 clientcert=verify-ca", "", false, None)]
    [InlineData(18, "scram-sha-256 clientcert=verify-ca", null, null, NotKnown)]
    [InlineData(18, "scram-sha-256", null, true, null)]
    [InlineData(18, "reject", "app", false, Rejects)]
    // The numbers of 13 and older, and the words that 11 and older take for no demand.
    [InlineData(13, "md5 clientcert=1", "", false, None)]
    [InlineData(13, "md5 clientcert=0", "", true, null)]
    [InlineData(13, "md5 clientcert=no-verify", "", true, null)]
    [InlineData(12, "md5 clientcert=verify-full", "bob", false, "password " + NotBob)]
    [InlineData(11, "md5 clientcert=verify-full", "", true, null)]
    [InlineData(11, "md5 clientcert=1", "bob", true, null)]
    [InlineData(10, "md5 clientcert=1", "", false, None)]
    [InlineData(10, "cert", "", false, None)]
    [InlineData(10, "cert", "bob", false, "certificate " + NotBob)]
    // From 14 on, the whole name may be compared, and the common name is a part of it.
    [InlineData(14, "cert clientname=DN", "app", null, NotWhole)]
    [InlineData(14, "cert", "CN=app,O=Example", true, null)]
    [InlineData(14, "cert", "CN=bob,O=app", false, "certificate " + NotBob)]
    // As openssl x509 -subject -nameopt RFC2253 writes them.
    [InlineData(14, "cert", @"OU=Ops+CN=app,O=Acme\, Inc.", true, null)]
    [InlineData(14, "cert", @"CN=app,CN=bob,O=Acme\, Inc.", false, "certificate " + NotBob)]
    [InlineData(14, "cert", @"O=""CN=x, y"", CN=\61p\70", true, null)]
    [InlineData(14, "cert map=m", "bob", null, "It is not known whether the map m of pg_ident.conf lets bob in as app (pg_hba.conf:1).")]
    public void A_client_meets_what_the_server_says(int major, string rule, string? name, bool? isLetIn, string? reason)
    {
        HbaRuleTest test = Test(major, rule, name, HbaMatchContext.Unknown);
        Assert.Equal(isLetIn, test.IsLetIn);
        Assert.Equal(isLetIn switch { true => "authenticate", false => "reject", null => "unknown" }, test.Outcome);
        if (reason is not null)
            Assert.Equal(reason, test.Reason);
    }

    [Theory]
    [InlineData("bob", true)]
    [InlineData("eve", false)]
    public void A_map_that_is_known_decides(string name, bool isLetIn)
    {
        HbaMatchContext context = HbaMatchContext.Unknown with { Maps = (map, who, role) => (map, who, role) == ("m", "bob", "app") };
        Assert.Equal(isLetIn, Test(18, "cert map=m", name, context).IsLetIn);
        Assert.Equal(isLetIn, Test(18, "cert map=m clientname=DN", $"CN={name}", context with
        {
            Maps = (_, who, _) => who == "CN=bob",
        }).IsLetIn);
    }

    [Fact]
    public void A_server_without_a_CA_lets_nobody_in_by_certificate() => Assert.Equal(
        "client certificates can only be checked if a root certificate store is available",
        Test(18, "cert", "app", HbaMatchContext.Unknown with { HasClientCa = false }).Reason);

    [Fact]
    public void The_rule_that_decides_is_shown_with_what_its_client_lacks()
    {
        HbaRuleMatch[] matches = [.. HbaRuleMatch.Of(Read(18, "cert"), Client(""), HbaMatchContext.Unknown)];
        Assert.Equal((true, true, None), (matches[0].Decides, matches[0].IsMatch, matches[0].Reason));
    }

    private static HbaRuleTest Test(int major, string rule, string? name, HbaMatchContext context) =>
        HbaRuleTest.Of(Read(major, rule), Client(name), context);

    private static HbaDocument Read(int major, string rule) => WrittenFiles.Read($"hostssl all all all {rule}\nhost all all all trust", major);

    private static HbaClient Client(string? name) =>
        new("app", "sales", HbaTransport.Tls, NumericAddress.Parse("10.1.2.3")) { CertificateName = name };
}
