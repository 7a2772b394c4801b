using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Deployment;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.RootFiles;

namespace PgSsl.Tests.Deployment;

/// <summary>Whatever a CA gives becomes the one file that a server wants; openssl verifies it.</summary>
public class CertificateBundleTests
{
    private static readonly MintedCertificate Root = Mint.Root("Bundle Root");
    private static readonly MintedCertificate Upper = Mint.Certificate("Upper CA", Root, MintOptions.Ca);
    private static readonly MintedCertificate Lower = Mint.Certificate("Lower CA", Upper, MintOptions.Ca);
    private static readonly MintedCertificate Leaf = Mint.Leaf("db1", Lower);
    private static readonly MintedCertificate Unrelated = Mint.Leaf("db2", Mint.Root("Another Root"));

    private static readonly MintedCertificate[] All = [Leaf, Lower, Upper, Root, Unrelated];

    public static TheoryData<int> Orders => [.. Enumerable.Range(0, 24)];

    [Theory, MemberData(nameof(Orders))]
    public void Any_order_gives_the_leaf_and_what_issued_it_without_the_root(int order)
    {
        CertificateBundle bundle = Create(Permute([Leaf, Lower, Upper, Root], order), KeyOf(Leaf));
        Assert.Equal(["db1", "Lower CA", "Upper CA"], bundle.Chain.Select(CertificateNames.Display));
        Assert.Contains(bundle.Notes, note => note.StartsWith("The root 'Bundle Root' is left out", StringComparison.Ordinal));
    }

    [Fact]
    public void What_it_writes_is_a_chain_to_openssl()
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is not installed.");
        using var directory = new TemporaryDirectory();
        directory.Write("server.crt", Create([Root, Unrelated, Upper, Leaf, Lower], KeyOf(Leaf)).ToPem());
        directory.Write("root.crt", Root.Pem);
        string output = OpenSslJudge.Run(
            directory.Path,
            $"openssl verify -attime {MintOptions.Now.ToUnixTimeSeconds()} -CAfile root.crt -untrusted server.crt server.crt; " +
            "openssl crl2pkcs7 -nocrl -certfile server.crt | openssl pkcs7 -print_certs -noout | grep subject");
        Assert.Equal(["server.crt: OK", "subject=CN = db1", "subject=CN = Lower CA", "subject=CN = Upper CA"], Lines(output));
    }

    [Fact]
    public void Without_a_key_the_leaf_is_the_one_that_issued_no_other() =>
        Assert.Equal("db1", CertificateNames.Display(Create([Root, Lower, Leaf, Upper], null).Leaf));

    [Fact]
    public void Without_a_key_two_leaves_are_one_too_many()
    {
        var failure = Assert.Throws<PgSslException>(() => Create(All, null));
        Assert.Equal(PgSslError.InvalidCertificateFile, failure.Error);
        Assert.Equal(
            "Several of the certificates given could be the server's: 'db1', 'Lower CA', 'Upper CA', 'Bundle Root', 'db2'.", failure.Message);
    }

    [Fact]
    public void With_a_key_what_does_not_belong_to_its_certificate_is_left_out() => Assert.Contains(
        "'db2' is left out: it does not belong to the chain of 'db1'.", Create(All, KeyOf(Leaf)).Notes);

    [Fact]
    public void The_key_of_none_is_a_mismatch()
    {
        var failure = Assert.Throws<PgSslException>(() => Create([Leaf, Lower], KeyOf(Unrelated)));
        Assert.Equal(PgSslError.KeyMismatch, failure.Error);
        Assert.Equal("The key belongs to none of the certificates given: 'db1', 'Lower CA'.", failure.Message);
    }

    [Fact]
    public void A_renewal_that_kept_its_key_is_the_newer_one()
    {
        MintedCertificate renewed = Mint.Leaf("db1", Lower, MintOptions.Leaf with { Key = Leaf.Key, NotBefore = MintOptions.Now.AddDays(-1) });
        Assert.Same(renewed.Certificate, Create([Leaf, renewed, Lower], KeyOf(Leaf)).Leaf);
    }

    [Fact]
    public void A_self_signed_certificate_stays()
    {
        MintedCertificate alone = Mint.Root("snakeoil", MintOptions.Leaf);
        CertificateBundle bundle = Create([alone], KeyOf(alone));
        Assert.Equal((alone.Pem, 0), (Encoding.ASCII.GetString(bundle.ToPem()), bundle.Notes.Count));
    }

    [Fact]
    public void A_missing_intermediate_is_taken_from_what_clients_have()
    {
        TrustStore known = TrustStore.FromCertificates([Root.Certificate, Upper.Certificate, Lower.Certificate], "ca.pem");
        CertificateBundle bundle = CertificateBundle.Create([Leaf.Certificate], KeyOf(Leaf), known, MintOptions.Now);
        Assert.Equal(["db1", "Lower CA", "Upper CA"], bundle.Chain.Select(CertificateNames.Display));
        Assert.Contains("The intermediate 'Lower CA' is added, because the CA did not send it.", bundle.Notes);
    }

    [Theory]
    [InlineData("openssl crl2pkcs7 -nocrl -certfile all.pem -out answer")]
    [InlineData("openssl crl2pkcs7 -nocrl -certfile all.pem -outform DER -out answer")]
    [InlineData("openssl pkcs12 -export -nokeys -in all.pem -passout pass:horse -out answer")]
    [InlineData("openssl pkcs12 -export -in all.pem -inkey db1.key -passout pass:horse -out answer")]
    [InlineData("openssl pkcs12 -export -legacy -in all.pem -inkey db1.key -passout pass:horse -out answer")]
    public void Every_form_of_openssl_is_read(string command)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is not installed.");
        using var directory = new TemporaryDirectory();
        directory.Write("all.pem", string.Concat(new[] { Leaf, Root, Upper, Lower }.Select(one => one.Pem)));
        directory.Write("db1.key", Leaf.Key.Pem);
        OpenSslJudge.Run(directory.Path, command + " 2>&1");

        IssuedCertificates answer = IssuedCertificates.ReadFile(Path.Combine(directory.Path, "answer"), "horse".ToCharArray());

        Assert.Equal(["db1", "Lower CA", "Upper CA"], Create(answer.Certificates, KeyOf(Leaf)).Chain.Select(CertificateNames.Display));
        Assert.Equal(command.Contains("-inkey", StringComparison.Ordinal), answer.KeyPem is not null);
        if (answer.KeyPem is { } key)
            Assert.True(ServerKey.Read(key, null, "k").Matches(Leaf.Certificate));
    }

    [Theory]
    [InlineData(null, "cannot be opened without a password")]
    [InlineData("wrong", "the password is wrong")]
    public void A_pkcs12_file_without_its_password_says_so_and_no_more(string? password, string message)
    {
        byte[] pkcs12 =
            Leaf.Certificate.CopyWithPrivateKey((System.Security.Cryptography.ECDsa)Leaf.Key.Algorithm).Export(X509ContentType.Pkcs12, "horse");
        var failure = Assert.Throws<PgSslException>(() => IssuedCertificates.Read(pkcs12, "db1.pfx", password?.ToCharArray()));
        Assert.Equal(PgSslError.InvalidCertificateFile, failure.Error);
        Assert.Contains(message, failure.Message);
    }

    private static CertificateBundle Create(IEnumerable<MintedCertificate> certificates, ServerKey? key) =>
        Create(certificates.Select(one => one.Certificate), key);

    private static CertificateBundle Create(IEnumerable<X509Certificate2> certificates, ServerKey? key) =>
        CertificateBundle.Create([.. certificates], key, null, MintOptions.Now);

    private static ServerKey KeyOf(MintedCertificate certificate) =>
        ServerKey.Read(Pems.Bytes(certificate.Key.Pem), null, "db1.key");

    private static MintedCertificate[] Permute(MintedCertificate[] items, int number)
    {
        var rest = items.ToList();
        var result = new List<MintedCertificate>();
        for (int count = rest.Count; count > 0; number /= count, count--)
        {
            result.Add(rest[number % count]);
            rest.RemoveAt(number % count);
        }
        return [.. result];
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
