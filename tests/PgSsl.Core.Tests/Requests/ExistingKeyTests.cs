using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PgSsl.Asn1;
using PgSsl.Requests;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>Keys in every form that openssl writes or ever wrote.</summary>
public sealed partial class ExistingKeyTests : IDisposable
{
    private const string Passphrase = "correct hörse";
    private const string Encryption = "-passout 'pass:" + Passphrase + "'";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ecdsa-p256", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k")]
    [InlineData("ecdsa-p521", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out k")]
    [InlineData("ecdsa-p384", "openssl ecparam -name secp384r1 -genkey -out k")]
    [InlineData("ecdsa-p256", "openssl ecparam -name prime256v1 -genkey -noout -outform DER -out k")]
    [InlineData("ecdsa-p256", "openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -nocrypt -outform DER -out k")]
    [InlineData("rsa-2048", "openssl rsa -in rsa -traditional -out k")]
    [InlineData("rsa-2560", "openssl pkey -in rsa2560 -out k")]
    [InlineData("rsa-2048", "openssl rsa -in rsa -traditional -outform DER -out k")]
    [InlineData("rsa-2048", "openssl pkey -in rsa -aes256 -out k " + Encryption)]
    [InlineData("rsa-2048", "openssl rsa -in rsa -traditional -aes256 -out k " + Encryption)]
    [InlineData("rsa-2048", "openssl rsa -in rsa -traditional -des3 -out k " + Encryption)]
    [InlineData("ecdsa-p256", "openssl ecparam -name prime256v1 -genkey | openssl ec -aes128 -out k " + Encryption)]
    [InlineData("ecdsa-p256", "openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -v2 des3 -out k " + Encryption)]
    [InlineData("ecdsa-p256", "openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -out k " + Encryption)]
    [InlineData("ecdsa-p256", "openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -outform DER -out k " + Encryption)]
    [InlineData("rsa-2048", "openssl pkcs8 -topk8 -in rsa -v1 PBE-SHA1-3DES -outform DER -out k " + Encryption)]
    public void A_key_is_read_in_whatever_form_it_is(string algorithm, string command)
    {
        string path = Make(command);
        char[]? passphrase = command.Contains("passout", StringComparison.Ordinal) ? Passphrase.ToCharArray() : null;

        using var key = CertificateKey.ReadFile(path, passphrase);

        Assert.Equal(algorithm, key.Algorithm);
        string expected = Run($"openssl pkey -in k -passin 'pass:{Passphrase}' -pubout -outform DER | openssl dgst -sha256 -r | cut -c1-64");
        Assert.Equal(expected.Trim().ToUpperInvariant(), key.SpkiSha256);
    }

    [Theory]
    [InlineData("openssl pkey -in rsa -aes256 -out k " + Encryption)]
    [InlineData("openssl rsa -in rsa -traditional -aes256 -out k " + Encryption)]
    [InlineData("openssl pkcs8 -topk8 -in rsa -outform DER -out k " + Encryption)]
    public void A_wrong_passphrase_or_none_is_told_and_not_repeated(string command)
    {
        string path = Make(command);

        var wrong = Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(path, "battery staple".ToCharArray()));
        var missing = Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(path, null));

        Assert.Equal(PgSslError.InvalidKeyFile, wrong.Error);
        Assert.Contains("-Passphrase is wrong", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("battery", wrong.ToString(), StringComparison.Ordinal);
        Assert.Contains("no -Passphrase is given", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sslpassword", missing.Message + missing.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-scrypt", "scrypt", "aes-256-cbc -in '")]
    [InlineData("-scrypt -outform DER", "scrypt", "aes-256-cbc -inform DER -in '")]
    [InlineData("-v2 camellia-256-cbc", "amellia-256-cbc", "aes-256-cbc -in '")]
    public void Encryption_that_DotNet_lacks_is_not_blamed_on_the_passphrase(string options, string name, string remedy)
    {
        string path = Make($"openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 {options} -out k {Encryption}");

        var refusal = Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(path, Passphrase.ToCharArray()));

        Assert.Equal(PgSslError.InvalidKeyFile, refusal.Error);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"openssl pkcs8 -topk8 -v2 {remedy}", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_key_in_DER_is_none_for_libpq()
    {
        string path = Make("openssl pkcs8 -topk8 -in rsa -outform DER -out k " + Encryption);

        var refusal = Assert.Throws<PgSslException>(() => PrivateKeyReader.Read(
            File.ReadAllBytes(path), Passphrase.ToCharArray(), PassphraseSource.ConnectionParameter, path));

        Assert.Contains("libpq refuses", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openssl genpkey -algorithm ed25519 -out k", "channel binding of SCRAM")]
    [InlineData("openssl genpkey -algorithm ed25519 -outform DER -out k", "Ed25519 keys are refused")]
    [InlineData("openssl genpkey -algorithm ed448 -out k", "Ed448 keys are refused")]
    [InlineData("openssl rsa -in rsa1024 -out k", "has 1024 bits")]
    [InlineData("openssl ecparam -name secp256k1 -genkey -noout -out k", "which TLS clients need not support")]
    [InlineData("openssl ecparam -name secp224r1 -genkey -noout -out k", "which TLS clients need not support")]
    public void A_key_that_clients_or_servers_fail_with_is_refused(string command, string message)
    {
        string path = Make(command);

        var refusal = Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(path, null));

        Assert.Equal(PgSslError.UnsupportedKeyAlgorithm, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ed25519", "channel binding of SCRAM")]
    [InlineData("ed448", "Ed448")]
    [InlineData("rsa-1024", "The key algorithm \"rsa-1024\" is not supported")]
    public void An_algorithm_that_servers_fail_with_is_refused(string name, string message)
    {
        var refusal = Assert.Throws<PgSslException>(() => CertificateKey.Generate(name));

        Assert.Equal(PgSslError.UnsupportedKeyAlgorithm, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_algorithm_than_was_asked_for_is_refused()
    {
        string path = Make("openssl ecparam -name prime256v1 -genkey -noout -out k");

        using var asked = CertificateKey.ReadFile(path, null, "ecdsa-p256");
        var refusal = Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(path, null, "rsa-2048"));

        Assert.Equal(PgSslError.ContradictoryParameters, refusal.Error);
        Assert.Contains("is ecdsa-p256, but -KeyAlgorithm is rsa-2048", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_key_is_told()
    {
        string missing = Path.Combine(_directory.Path, "none");
        string nothing = _directory.Write("k", "-----BEGIN NOTHING-----\n");

        Assert.Equal(PgSslError.FileNotFound, Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(missing, null)).Error);
        Assert.Equal(PgSslError.InvalidKeyFile, Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(nothing, null)).Error);
    }

    [Theory]
    [InlineData("openssl rsa -in rsa -pubout -out k")]
    [InlineData("openssl rsa -in rsa -RSAPublicKey_out -out k")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout -out k")]
    public void A_public_key_is_told(string command)
    {
        string path = Make(command);

        var refusal = Assert.Throws<PgSslException>(() => CertificateKey.ReadFile(path, null));

        Assert.Equal(PgSslError.InvalidKeyFile, refusal.Error);
        Assert.Contains("contains a public key, not a private key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_cannot_sign_is_told()
    {
        using RSA whole = RsaKeys.Get(2048);
        var half = RSA.Create(whole.ExportParameters(includePrivateParameters: false));
        using var key = new CertificateKey(half, "rsa-2048");
        var profile = CertificateProfile.Create(new() { CommonName = "db1" });

        Assert.Equal(PgSslError.InvalidKeyFile, Assert.Throws<PgSslException>(() => profile.CreateRequestPem(key)).Error);
        Assert.Equal(PgSslError.InvalidKeyFile, Assert.Throws<PgSslException>(() => profile.CreateSelfSigned(key, 1, MintOptions.Now)).Error);
    }

    private string Make(string command)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        if (RsaInput().Match(command) is { Success: true } match)
        {
            string bits = match.Groups[1].Value;
            using RSA rsa = RsaKeys.Get(bits.Length == 0 ? 2048 : int.Parse(bits, CultureInfo.InvariantCulture));
            _directory.Write("rsa" + bits, rsa.ExportPkcs8PrivateKeyPem());
        }
        Run($"{command} 2>/dev/null");
        return Path.Combine(_directory.Path, "k");
    }

    [GeneratedRegex("-in rsa([0-9]*) ")]
    private static partial Regex RsaInput();

    private string Run(string command) => OpenSslJudge.Run(_directory.Path, command);
}
