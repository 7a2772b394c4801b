using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Probing;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Probing;

/// <summary>
/// Chains as SslStream gives them on other platforms, where SQL sessions stay on it: Schannel reverses the order and leaves the server's own out or
/// repeats it, SecTrust adds the root and what the server did not send. None of that changes who is trusted.
/// </summary>
[Fast]
public class PlatformChainTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Platforms Root");
    private static readonly TestAuthority Upper = Root.CreateIntermediate("Platforms Upper");
    private static readonly TestAuthority Lower = Upper.CreateIntermediate("Platforms Lower");
    private static readonly X509Certificate2 Leaf = Read(Lower.Issue(LeafOptions.ForHosts("db.example")).CertificatePem);

    private static readonly Dictionary<string, X509Certificate2[]> Given = new()
    {
        ["as sent"] = [Leaf, Of(Lower), Of(Upper)],
        ["reversed"] = [Of(Upper), Of(Lower), Leaf],
        ["reversed, without the leaf"] = [Of(Upper), Of(Lower)],
        ["with the root and the leaf again"] = [Leaf, Of(Lower), Of(Upper), Of(Root), Leaf],
        ["another's certificate among them"] = [Of(Upper), Of(TestAuthority.CreateRoot("Nobody's")), Of(Lower)],
    };

    public static TheoryData<string> Cases => [.. Given.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void The_server_s_certificate_comes_first_and_is_verified_by_the_rest(string platform)
    {
        IReadOnlyList<X509Certificate2> served = Serve(Given[platform]);

        Assert.Equal(Leaf, served[0]);
        Assert.True(Verify(served, Root).IsValid);
        Assert.False(Verify(served, TestAuthority.CreateRoot("Platforms Root")).IsValid);
    }

    /// <summary>It may hide that the server does not send it; it does not make anybody trusted whose root is not.</summary>
    [Fact]
    public void An_intermediate_that_the_platform_adds_is_used_and_trusts_nobody()
    {
        Assert.False(Verify(Serve([Leaf]), Root).IsValid);
        Assert.True(Verify(Serve([Leaf, Of(Lower), Of(Upper), Of(Root)]), Root).IsValid);
        Assert.False(Verify(Serve([Leaf, Of(Lower), Of(Upper), Of(Root)]), TestAuthority.CreateRoot("Others")).IsValid);
    }

    private static IReadOnlyList<X509Certificate2> Serve(X509Certificate2[] extra)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.ExtraStore.AddRange(extra);
        return TlsHandshake.ServedChain(Leaf, chain);
    }

    private static ChainVerdict Verify(IReadOnlyList<X509Certificate2> served, TestAuthority root) =>
        ChainVerifier.Verify(served, TrustStore.FromCertificates([Of(root)], "root.crt"), DateTimeOffset.UtcNow);

    private static X509Certificate2 Of(TestAuthority authority) => Read(authority.CertificatePem);

    private static X509Certificate2 Read(string pem) => X509Certificate2.CreateFromPem(pem);
}
