using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.RootFiles;
using static PgSsl.Tests.RootFiles.Pems;

namespace PgSsl.Tests.RootCertificates;

[Fast]
public class RootSelectionTests
{
    [Fact]
    public void Of_a_chain_only_the_root_is_taken_and_the_rest_is_left_out_with_its_reason()
    {
        (IReadOnlyList<X509Certificate2> accepted, IReadOnlyList<string> leftOut) = Select([Leaf, Issuing, RootA]);

        Assert.Equal(["Root A"], accepted.Select(CertificateNames.Display));
        Assert.Collection(
            leftOut,
            note => Assert.Equal("'db1' is left out: it is not a CA, and libpq needs only its root 'Root A'.", note),
            note => Assert.Equal("'Issuing CA' is left out: it is an intermediate, and libpq needs only its root 'Root A'.", note));
    }

    [Fact]
    public void The_root_may_be_in_the_file_already() => Assert.Empty(Select([Issuing], [RootA]).Accepted);

    [Theory]
    [InlineData("leaf", "'db1' is the certificate of a server", "'Issuing CA'")]
    [InlineData("intermediate", "'Issuing CA' is an intermediate CA", "'Root A'")]
    public void Without_its_root_nothing_is_taken_and_the_root_is_named(string what, string expected, string root)
    {
        PgSslException refusal = Refuse([what == "leaf" ? Leaf : Issuing]);

        Assert.Equal(PgSslError.NotARootCertificate, refusal.Error);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(root, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(root, refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_without_its_root_names_the_root_and_not_what_was_offered() =>
        Assert.Contains("above it, 'Root A'", Refuse([Leaf, Issuing]).Message, StringComparison.Ordinal);

    [Fact]
    public void A_certificate_that_names_itself_its_issuer_and_is_signed_by_another_key_is_no_root()
    {
        MintedCertificate forged =
            Mint.Root("Root A", MintOptions.Ca with { SignedBy = MintedKey.Curve(System.Security.Cryptography.ECCurve.NamedCurves.nistP256) });
        Assert.Contains("not signed by its own key", Refuse([forged]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_self_signed_server_certificate_is_taken_only_as_such()
    {
        Assert.Equal(PgSslError.NotARootCertificate, Refuse([SelfSigned]).Error);
        Assert.Single(Select([SelfSigned], fingerprints: FingerprintOf(SelfSigned)).Accepted);
    }

    [Fact]
    public void An_old_root_without_extensions_is_a_CA_as_it_is_to_OpenSSL() =>
        Assert.Single(Select([Mint.Root("old", new MintOptions { IsVersion1 = true })]).Accepted);

    [Theory]
    [InlineData(-60, -30, "expired on")]
    [InlineData(1, 30, "is not valid before")]
    public void A_root_is_refused_before_and_after_its_time(int from, int until, string expected)
    {
        PgSslException refusal = Refuse([Timed(from, until)]);
        Assert.Equal(PgSslError.CertificateNotValid, refusal.Error);
        Assert.Contains($"'timed' {expected}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_bundle_an_expired_root_is_left_out_while_others_remain()
    {
        (IReadOnlyList<X509Certificate2> accepted, IReadOnlyList<string> leftOut) = Select([Timed(-60, -30), RootB]);
        Assert.Equal(["Root B"], accepted.Select(CertificateNames.Display));
        Assert.Contains("'timed' is left out: it expired on", Assert.Single(leftOut), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_CAs_that_sign_each_other_are_no_root()
    {
        MintedCertificate first = Mint.Certificate("First", Mint.Root("Second"), MintOptions.Ca);
        MintedCertificate second = Mint.Certificate("Second", first, MintOptions.Ca);
        Assert.Equal(PgSslError.NotARootCertificate, Refuse([first, second]).Error);
    }

    private static MintedCertificate Timed(int from, int until) => Mint.Root(
        "timed", MintOptions.Ca with { NotBefore = MintOptions.Now.AddDays(from), NotAfter = MintOptions.Now.AddDays(until) });

    private static (IReadOnlyList<X509Certificate2> Accepted, IReadOnlyList<string> LeftOut) Select(
        MintedCertificate[] offered, MintedCertificate[]? present = null, params string[] fingerprints)
    {
        var selection = new RootSelection(fingerprints, replacesExpired: false);
        selection.Add(new RootOffer([.. Certificates(offered)], "a test"));
        return selection.Choose(Certificates(present ?? []), MintOptions.Now);
    }

    private static PgSslException Refuse(MintedCertificate[] offered) => Assert.Throws<PgSslException>(() => Select(offered));

    private static IEnumerable<X509Certificate2> Certificates(MintedCertificate[] minted) => minted.Select(item => item.Certificate);
}
