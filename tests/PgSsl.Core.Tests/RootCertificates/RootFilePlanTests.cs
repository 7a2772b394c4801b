using PgSsl.Certificates;
using PgSsl.Files;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.RootFiles;
using static PgSsl.Tests.RootFiles.Pems;

namespace PgSsl.Tests.RootCertificates;

[Fast]
public class RootFilePlanTests
{
    private const string Path = "/x/root.crt";

    [Fact]
    public void Installing_twice_changes_nothing_the_second_time()
    {
        RootFilePlan first = Install(null, RootA, RootB);
        RootFilePlan second = Install(first.After, RootA, RootB);

        Assert.False(first.IsNoChange);
        Assert.True(second.IsNoChange);
        Assert.Equal([FingerprintOf(RootA), FingerprintOf(RootB)], first.Added.Select(entry => entry.Fingerprint));
        Assert.Empty(second.Added);
        Assert.Equal(first.Added, second.Kept);
    }

    [Fact]
    public void Describes_what_comes_stays_and_is_mended()
    {
        RootFilePlan plan = Install(Bytes(RootA.Pem.TrimEnd('\n') + RootB.Pem), RootC, Issuing);

        Assert.Equal(
            [
                "/x/root.crt: change",
                "corrected: BEGIN and END put on lines of their own",
                $"+ {RootC.Certificate.Subject}, valid until 2026-07-01, SHA-256 {FingerprintOf(RootC)}",
                "  2 certificates stay",
                "'Issuing CA' is left out: it is an intermediate, and libpq needs only its root 'Root A'.",
            ],
            plan.Describe());
    }

    [Fact]
    public void A_file_in_order_that_needs_only_mending_is_a_change()
    {
        RootFilePlan plan = Install(RootA.Certificate.RawData, RootA);
        Assert.False(plan.IsNoChange);
        Assert.Equal(["rewritten from DER to PEM"], plan.Corrections);
        Assert.Empty(plan.Added);
    }

    [Fact]
    public void An_expired_root_is_replaced_only_when_asked_and_only_by_its_successor()
    {
        byte[] before = Bytes(Expired.Pem);

        Assert.Empty(Install(before, RootA).Replaced);
        Assert.Contains("expired on", Assert.Single(Install(before, RootA).Notes), StringComparison.Ordinal);

        RootFilePlan plan = RootFilePlan.Install(Path, before, Selection([RootA.Certificate], replacesExpired: true), MintOptions.Now);
        Assert.Equal(FingerprintOf(Expired), Assert.Single(plan.Replaced).Fingerprint);
        Assert.Equal(["Root A"], Names(RootFile.Parse(plan.After, Path)));
        Assert.Empty(RootFilePlan.Install(Path, before, Selection([RootB.Certificate], replacesExpired: true), MintOptions.Now).Replaced);
    }

    [Fact]
    public void A_file_that_cannot_be_mended_is_refused_even_if_nothing_is_to_be_added()
    {
        byte[] before = Bytes(RootA.Pem + "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n");
        Assert.Equal(PgSslError.InvalidCertificateFile, Assert.Throws<PgSslException>(() => Install(before, RootA)).Error);
        Assert.Equal(PgSslError.InvalidCertificateFile, Assert.Throws<PgSslException>(() => Install(before, RootB)).Error);
    }

    [Fact]
    public void Uninstalling_leaves_the_rest()
    {
        RootFilePlan plan = RootFilePlan.Uninstall(Path, Bytes("# estate\n" + RootA.Pem + RootB.Pem), [FingerprintOf(RootA)]);
        Assert.Equal("# estate\n" + RootB.Pem, Text(plan.After!));
        Assert.Equal(FingerprintOf(RootA), Assert.Single(plan.Removed).Fingerprint);
        Assert.Equal(FingerprintOf(RootB), Assert.Single(plan.Kept).Fingerprint);
    }

    [Fact]
    public void Uninstalling_the_last_certificate_deletes_the_file()
    {
        RootFilePlan plan = RootFilePlan.Uninstall(Path, Bytes("# estate\n" + RootA.Pem), [FingerprintOf(RootA)]);
        Assert.Null(plan.After);
        Assert.Equal("/x/root.crt: delete: no certificate is left in it", plan.Describe()[0]);
    }

    [Fact]
    public void Uninstalling_a_root_that_intermediates_need_says_so() =>
        Assert.NotEmpty(RootFilePlan.Uninstall(Path, Bytes(RootA.Pem + Issuing.Pem), [FingerprintOf(RootA)]).Notes);

    [Fact]
    public void Uninstalling_what_is_not_there_changes_nothing()
    {
        Assert.True(RootFilePlan.Uninstall(Path, null, [FingerprintOf(RootA)]).IsNoChange);
        Assert.True(RootFilePlan.Uninstall(Path, Bytes("broken"), [FingerprintOf(RootA)]).IsNoChange);
    }

    [Fact]
    public void Its_edit_creates_changes_and_deletes_the_file()
    {
        using var directory = new TemporaryDirectory();
        string path = System.IO.Path.Combine(directory.Path, ".postgresql", "root.crt");

        Apply(RootFilePlan.Install(path, null, Selection([RootA.Certificate]), MintOptions.Now));
        Apply(RootFilePlan.Install(path, File.ReadAllBytes(path), Selection([RootB.Certificate]), MintOptions.Now));
        Assert.Equal(["Root A", "Root B"], Names(RootFile.Read(path)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("644", Convert.ToString((int)File.GetUnixFileMode(path), 8));
            Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(System.IO.Path.GetDirectoryName(path)!), 8));
        }

        Apply(RootFilePlan.Uninstall(path, File.ReadAllBytes(path), [FingerprintOf(RootA), FingerprintOf(RootB)]));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_file_that_changed_since_the_plan_is_not_written()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Write("root.crt", RootA.Pem);
        var plan = RootFilePlan.Install(path, File.ReadAllBytes(path), Selection([RootB.Certificate]), MintOptions.Now);
        File.AppendAllText(path, RootC.Pem);
        Assert.Equal(PgSslError.FileChanged, Assert.Throws<PgSslException>(() => Apply(plan)).Error);
    }

    private static void Apply(RootFilePlan plan) => FileTransaction.Apply([plan.ToEdit()], MintOptions.Now);

    private static RootFilePlan Install(byte[]? before, params MintedCertificate[] certificates) =>
        RootFilePlan.Install(Path, before, Selection(certificates.Select(item => item.Certificate)), MintOptions.Now);
}
