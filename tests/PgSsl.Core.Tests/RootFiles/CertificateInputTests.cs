using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Certificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;
using static PgSsl.Tests.RootFiles.Pems;

namespace PgSsl.Tests.RootFiles;

public class CertificateInputTests
{
    [Fact]
    public void Takes_certificates_in_every_form_that_people_have_them()
    {
        string[] both = ["Root A", "Root B"];
        Assert.Equal(both, Read(Bytes("text\n" + RootA.Pem + RootB.Pem)));
        Assert.Equal(both, Read(Bytes(RootA.Pem.TrimEnd('\n') + RootB.Pem)));
        Assert.Equal(both, Read([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(RootA.Pem + RootB.Pem)]));
        Assert.Equal(["Root A"], Read(RootA.Certificate.RawData));
        Assert.Equal(["Root A"], Read(Bytes(Key + RootA.Pem)));
        Assert.Equal(["Root C"], CertificateInput.ReadText("  " + RootC.Pem, "x").Select(CertificateNames.Display));
    }

    [Fact]
    public void Takes_PKCS_7_as_openssl_and_as_dotnet_write_it()
    {
        byte[] der = new X509Certificate2Collection { RootA.Certificate, RootB.Certificate }.Export(X509ContentType.Pkcs7)!;
        Assert.Equal(["Root A", "Root B"], Read(der).Order());
        Assert.Equal(["Root A", "Root B"], Read(Bytes(PemEncoding.WriteString("PKCS7", der))).Order());

        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        using var directory = new TemporaryDirectory();
        directory.Write("in", RootA.Pem + RootB.Pem);
        OpenSslJudge.Run(
            directory.Path, "openssl crl2pkcs7 -nocrl -certfile in -out pem; openssl crl2pkcs7 -nocrl -certfile in -outform der -out der");
        foreach (string form in new[] { "pem", "der" })
            Assert.Equal(
                ["Root A", "Root B"],
                CertificateInput.ReadFile(Path.Combine(directory.Path, form)).Select(CertificateNames.Display).Order());
    }

    [Fact]
    public void Says_what_else_it_was_given()
    {
        AssertRefused(Bytes(""), "is empty");
        AssertRefused(Bytes("\u00EF\u00BB\u00BF \r\n<!DOCTYPE html>"), "HTML");
        AssertRefused(Encoding.Unicode.GetBytes("<html>"), "HTML");
        AssertRefused(Bytes("hello"), "holds no certificate");
        AssertRefused(Bytes(Key), "private key, but no certificate");
        AssertRefused(RootA.Key.Algorithm.ExportPkcs8PrivateKey(), "is a private key");
        AssertRefused(((ECDsa)RootA.Key.Algorithm).ExportECPrivateKey(), "is a private key");
        AssertRefused(Bytes(Request.CreateSigningRequestPem()), "(CSR)");
        AssertRefused(Request.CreateSigningRequest(), "(CSR)");
        AssertRefused(RootA.Certificate.Export(X509ContentType.Pkcs12), "PKCS #12");
        AssertRefused(Bytes(Mint.Crl(RootA)), "only X509 CRL");
        AssertRefused(Bytes(RootA.Pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "not a valid one");
        AssertRefused([0x30, 0x80, 1, 2, 3], "binary");
    }

    [Fact]
    public void No_bytes_do_anything_but_give_certificates_or_be_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            foreach (byte[] variant in new[] { bytes, [0x30, .. bytes], [0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, .. bytes] })
                Assert.IsType<PgSslException>(Record.Exception(() => CertificateInput.Read(variant, "x")));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_message_never_holds_what_it_was_given() =>
        Assert.DoesNotContain(
            "hunter2",
            Assert.Throws<PgSslException>(() => CertificateInput.ReadText("password=hunter2", "x")).Message,
            StringComparison.Ordinal);

    private static string Key => RootA.Key.Pem;

    private static DotNetRequest Request => new("CN=db1", (ECDsa)Leaf.Key.Algorithm, HashAlgorithmName.SHA256);

    private static IEnumerable<string> Read(byte[] bytes) => CertificateInput.Read(bytes, "x").Select(CertificateNames.Display);

    private static void AssertRefused(byte[] bytes, string expected)
    {
        var refusal = Assert.Throws<PgSslException>(() => CertificateInput.Read(bytes, "/x/input"));
        Assert.Equal(PgSslError.InvalidCertificateFile, refusal.Error);
        Assert.Contains("/x/input", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Remedy);
    }
}
