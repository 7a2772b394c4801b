using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requirements;

/// <summary>Which key belongs to which certificate; openssl makes both.</summary>
public class ServerKeyTests
{
    [Theory]
    [InlineData("RSA", true)]
    [InlineData("RSA-PSS", true)]
    [InlineData("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", true)]
    [InlineData("-algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:named_curve", true)]
    [InlineData("-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1", true)]
    [InlineData("-algorithm ED25519", true)]
    [InlineData("-algorithm ED448", true)]
    public void The_key_of_a_certificate_is_told_from_another_one(string algorithm, bool? expected)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is not installed.");
        using var directory = new TemporaryDirectory();
        foreach ((string name, int number) in new[] { ("mine.key", 0), ("other.key", 1) })
        {
            if (algorithm.StartsWith('-'))
                OpenSslJudge.Run(directory.Path, $"openssl genpkey {algorithm} -out {name}");
            else
                directory.Write(name, algorithm == "RSA" ? RsaKeys.Get(2048, number).ExportPkcs8PrivateKeyPem() : RsaKeys.PssPem(2048, number));
        }
        OpenSslJudge.Run(
            directory.Path,
            """
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out kind.key
            openssl req -x509 -new -key mine.key -subj /CN=db1 -out mine.crt 2>&1
            """);
        byte[] pem = File.ReadAllBytes(Path.Combine(directory.Path, "mine.crt"));
        var certificate = ServerCertificateFile.Parse(pem).Certificates[0];

        Assert.Equal(expected, Read("mine.key").Matches(certificate));
        Assert.Equal(expected is null ? null : false, Read("other.key").Matches(certificate));
        Assert.False(Read("kind.key").Matches(certificate));

        ServerKey Read(string name) => ServerKey.Read(File.ReadAllBytes(Path.Combine(directory.Path, name)), null, name);
    }

    [Theory]
    [InlineData("openssl rsa -in rsa -traditional -aes128 -passout pass:horse -out k")]
    [InlineData("openssl genpkey -algorithm ed25519 -aes-128-cbc -pass pass:horse -out k")]
    [InlineData("openssl pkcs8 -topk8 -in rsa -v1 PBE-SHA1-3DES -passout pass:horse -out k")]
    [InlineData("openssl pkcs8 -topk8 -in rsa -v2 des3 -v2prf hmacWithSHA1 -passout pass:horse -out k")]
    [InlineData("openssl pkcs8 -topk8 -in rsa -v2 aes192 -v2prf hmacWithSHA512 -passout pass:horse -out k")]
    [InlineData("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:horse -out k")]
    public void A_passphrase_is_needed_and_known_to_be(string command)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is not installed.");
        using var directory = new TemporaryDirectory();
        directory.Write("rsa", RsaKeys.Get(2048).ExportPkcs8PrivateKeyPem());
        OpenSslJudge.Run(directory.Path, command + " 2>&1");
        byte[] content = File.ReadAllBytes(Path.Combine(directory.Path, "k"));
        ServerKey closed = ServerKey.Read(content, null, "k"), open = ServerKey.Read(content, "horse".ToCharArray(), "k");
        Assert.Equal((true, true, PgSslError.InvalidKeyFile), (closed.IsEncrypted, closed.IsPem, closed.Failure?.Error));
        Assert.Equal((true, true, null), (open.IsEncrypted, open.IsPem, open.Failure));
    }
}
