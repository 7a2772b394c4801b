using PgSsl.Certificates.Trust;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Deployment;

/// <summary>What clients of the present certificate would miss, judged by what is there.</summary>
[Fast]
public class ClientLossesTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Losses Root");
    private static readonly TestAuthority Issuing = Root.CreateIntermediate("Losses Issuing CA");
    private static readonly TestAuthority OtherRoot = TestAuthority.CreateRoot("Other Losses Root");
    private static readonly LeafOptions Names = LeafOptions.ForLoopback() with { DnsNames = ["db1.example.com", "db2.example.com"] };

    private static TestCertificate Old { get; } = Issuing.Issue(Names);

    [Fact]
    public void Nothing_is_missed_in_a_renewal() => Assert.Empty(Find(Issuing.Issue(Names)));

    [Fact]
    public void An_intermediate_that_is_sent_now_is_missed()
    {
        ClientLoss loss = Assert.Single(Find(Issuing.Issue(Names), isAlone: true));

        Assert.True(loss.IsBlocking);
        Assert.Contains("'Losses Issuing CA', which issued", loss.Detail);
        Assert.Contains("is not among the certificates given, but 127.0.0.1 serves now comes with it", loss.Detail);
    }

    [Fact]
    public void A_leaf_of_an_unknown_issuer_that_comes_alone_is_not_taken_for_complete()
    {
        TestAuthority unknown = OtherRoot.CreateIntermediate("Unknown CA");

        ClientLoss loss = Assert.Single(Find(unknown.Issue(Names), isAlone: true));

        Assert.True(loss.IsBlocking);
        Assert.Contains("Nothing here knows 'Unknown CA' as a root", loss.Detail);
    }

    [Fact]
    public void A_root_that_this_account_has_may_issue_directly()
    {
        TrustStore roots = Roots(Root, OtherRoot);

        Assert.Empty(Find(OtherRoot.Issue(Names), isAlone: true, roots: roots));
        Assert.Empty(Find(Root.Issue(Names), isAlone: true));
    }

    [Fact]
    public void A_certificate_alone_may_follow_one_alone() =>
        Assert.Empty(ClientLosses.Find(Bundle(OtherRoot.Issue(Names), true), [Present(OtherRoot.Issue(Names), isAlone: true)], Facts(), Request()));

    [Fact]
    public void What_this_account_verifies_now_it_must_verify_then()
    {
        ClientLoss[] losses = [.. Find(OtherRoot.CreateIntermediate("Next CA").Issue(Names), roots: Roots(Root))];

        Assert.True(Assert.Single(losses).IsBlocking);
        Assert.Contains("A client with root.crt verifies the certificate that 127.0.0.1 serves now, and would refuse the new one", losses[0].Detail);
    }

    [Fact]
    public void Names_that_are_served_now_are_missed()
    {
        ClientLoss loss = Assert.Single(Find(Issuing.Issue(Names with { DnsNames = ["DB1.example.com"] })));

        Assert.True(loss.IsBlocking);
        Assert.Contains("It lacks names of the certificate that 127.0.0.1 serves now: DNS:db2.example.com.", loss.Detail);
    }

    [Fact]
    public void Names_of_the_own_machine_are_only_mentioned()
    {
        ClientLoss loss = Assert.Single(Find(Issuing.Issue(LeafOptions.ForHosts("db1.example.com", "db2.example.com"))));

        Assert.False(loss.IsBlocking);
        Assert.Contains("IP:127.0.0.1", loss.Detail);
    }

    [Fact]
    public void A_wildcard_stands_for_the_names_that_it_matches() =>
        Assert.Empty(Find(Issuing.Issue(Names with { DnsNames = ["*.example.com"] })));

    [Fact]
    public void Names_are_only_mentioned_if_the_user_says_which_count_or_nobody_could_verify_them()
    {
        TestCertificate fewer = Issuing.Issue(Names with { DnsNames = ["db1.example.com"] });
        TestCertificate expired = Issuing.Issue(Names with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) });

        Assert.False(Assert.Single(Find(fewer, request: Request() with { NamesAreGiven = true })).IsBlocking);
        Assert.False(Assert.Single(ClientLosses.Find(Bundle(fewer, false), [Present(expired)], Facts(), Request())).IsBlocking);
    }

    [Fact]
    public void Roots_that_the_user_names_count_more_than_what_is_there() => Assert.Empty(ClientLosses.Find(
        Bundle(Issuing.Issue(Names), true), [Present(Old)], Facts() with { ClientRoots = Roots(Root) }, Request()));

    private static IEnumerable<ClientLoss> Find(
        TestCertificate certificate, bool isAlone = false, TrustStore? roots = null, DeploymentRequest? request = null) =>
        ClientLosses.Find(Bundle(certificate, isAlone), [Present(Old)], Facts(), (request ?? Request()) with { AccountRoots = roots });

    private static PresentChain Present(TestCertificate certificate, bool isAlone = false) =>
        new("127.0.0.1 serves now", Bundle(certificate, isAlone).Chain);

    private static CertificateBundle Bundle(TestCertificate certificate, bool isAlone) => CertificateBundle.Create(
        IssuedCertificates.Read(System.Text.Encoding.ASCII.GetBytes(isAlone ? certificate.CertificatePem : certificate.ChainPem), "it").Certificates,
        null, null, DateTimeOffset.UtcNow);

    private static ServerCertificateFacts Facts() =>
        ServerCertificateFacts.Create(ServerFile.Planned("server.crt", []), ServerFile.Planned("server.key", []));

    private static DeploymentRequest Request() => new(new IssuedCertificates([], null), null, null, null, facts => facts);

    private static TrustStore Roots(params TestAuthority[] authorities) =>
        TrustStore.FromCertificates([.. authorities.Select(authority => authority.Certificate.Certificate)], "root.crt");
}
