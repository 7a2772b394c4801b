using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Requirements;

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
        Assert.Empty(ClientLosses.Find(
            Chain(OtherRoot.Issue(Names), true), [Present(OtherRoot.Issue(Names), isAlone: true)], Facts()));

    [Fact]
    public void What_this_account_verifies_now_it_must_verify_then()
    {
        ClientLoss[] losses = [.. Find(OtherRoot.CreateIntermediate("Next CA").Issue(Names), roots: Roots(Root))];

        Assert.True(Assert.Single(losses).IsBlocking);
        Assert.Contains("A client with root.crt verifies the certificate that 127.0.0.1 serves now, and would refuse the new one", losses[0].Detail);
    }

    /// <summary>It is missed whatever roots clients have, so nothing else need be known.</summary>
    [Fact]
    public void A_chain_that_no_root_could_verify_is_refused()
    {
        TestAuthority elsewhere = Root.CreateIntermediate("Losses Issuing CA", new AuthorityOptions { Permitted = ["DNS:other.example"] });

        ClientLoss loss = Assert.Single(Find(elsewhere.Issue(Names)));

        Assert.True(loss.IsBlocking);
        Assert.Contains("No client that verifies the server will take the new certificate", loss.Detail);
    }

    [Fact]
    public void Another_CA_is_mentioned()
    {
        ClientLoss loss = Assert.Single(Find(OtherRoot.CreateIntermediate("Next CA").Issue(Names)));

        Assert.False(loss.IsBlocking);
        Assert.Contains("It comes from 'Other Losses Root', and the certificate that 127.0.0.1 serves now from 'Losses Root'.", loss.Detail);
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

        Assert.False(Assert.Single(Find(fewer, namesAreGiven: true)).IsBlocking);
        Assert.False(Assert.Single(ClientLosses.Find(Chain(fewer, false), [Present(expired)], Facts())).IsBlocking);
    }

    [Fact]
    public void Roots_that_the_user_names_count_more_than_what_is_there() => Assert.Empty(ClientLosses.Find(
        Chain(Issuing.Issue(Names), true), [Present(Old)], Facts() with { ClientRoots = Roots(Root) }));

    private static IEnumerable<ClientLoss> Find(
        TestCertificate certificate, bool isAlone = false, TrustStore? roots = null, bool namesAreGiven = false) =>
        ClientLosses.Find(Chain(certificate, isAlone), [Present(Old)], Facts(), roots, namesAreGiven);

    private static PresentChain Present(TestCertificate certificate, bool isAlone = false) =>
        new("127.0.0.1 serves now", Chain(certificate, isAlone));

    private static IReadOnlyList<X509Certificate2> Chain(TestCertificate certificate, bool isAlone) => CertificateBundle.Create(
        IssuedCertificates.Read(System.Text.Encoding.ASCII.GetBytes(isAlone ? certificate.CertificatePem : certificate.ChainPem), "it").Certificates,
        null, null, DateTimeOffset.UtcNow).Chain;

    private static ServerCertificateFacts Facts() =>
        ServerCertificateFacts.Create(ServerFile.Planned("server.crt", []), ServerFile.Planned("server.key", []));

    private static TrustStore Roots(params TestAuthority[] authorities) =>
        TrustStore.FromCertificates([.. authorities.Select(authority => authority.Certificate.Certificate)], "root.crt");
}
