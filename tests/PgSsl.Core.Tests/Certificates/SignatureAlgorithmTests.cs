using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.Verification;

namespace PgSsl.Tests.Certificates;

/// <summary>Signatures that .NET cannot make and, partly, cannot verify: openssl makes them.</summary>
public class SignatureAlgorithmTests
{
    [Theory]
    [InlineData("ed25519", "")]
    [InlineData("ed448", "")]
    [InlineData("rsa:2048", "-sha256 -sigopt rsa_padding_mode:pss")]
    [InlineData("rsa:2048", "-sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:0")]
    [InlineData("rsa:2056", "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20")]
    [InlineData("rsa-pss -pkeyopt rsa_keygen_bits:2048", "-sha256")]
    [InlineData("rsa:2048", "-sha224")]
    [InlineData("rsa:2048", "-sha3-256")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-256", "-sha224")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-384", "-sha3-384", ChainError.IssuerNotFoundLocally, ChainError.IssuerNotFoundLocally)]
    [InlineData("ec -pkeyopt ec_paramgen_curve:brainpoolP256r1", "-sha256")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:secp256k1", "-sha256")]
    public void Agrees_with_openssl_on_what_it_signed(
        string key, string signing, Enum? own = null, Enum? others = null)
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        using var directory = new TemporaryDirectory();
        string newKey = $"-newkey {key} -nodes -keyout $root.key";
        if (key.StartsWith("rsa:", StringComparison.Ordinal))
        {
            newKey = "-new -key $root.key";
            int bits = int.Parse(key["rsa:".Length..], CultureInfo.InvariantCulture);
            directory.Write("a.key", RsaKeys.Get(bits).ExportPkcs8PrivateKeyPem());
            directory.Write("b.key", RsaKeys.Get(bits, 1).ExportPkcs8PrivateKeyPem());
        }
        string output = OpenSslJudge.Run(directory.Path, $"""
            for root in a b; do
              openssl req -x509 {newKey} {signing} -out $root.crt -subj /CN=Root -days 3 -addext basicConstraints=critical,CA:true \
                -addext subjectKeyIdentifier=none 2>&1
            done
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=db1 2>&1
            openssl x509 -req {signing} -in leaf.csr -CA a.crt -CAkey a.key -out leaf.crt -days 2 2>&1
            """);
        Assert.True(File.Exists(Path.Combine(directory.Path, "leaf.crt")), output);
        var leaf = new X509Certificate2(Path.Combine(directory.Path, "leaf.crt"));
        var at = new DateTimeOffset(leaf.NotBefore.ToUniversalTime(), TimeSpan.Zero).AddHours(1);
        ChainCase[] cases = [.. new[] { "a.crt", "b.crt" }.Select(root =>
            new ChainCase(root, [leaf], File.ReadAllText(Path.Combine(directory.Path, root))) { At = at })];

        IReadOnlyList<(int Error, int Depth)> judged = OpenSslJudge.Judge(cases);
        ChainError[] expected = [(ChainError)(own ?? ChainError.None), (ChainError)(others ?? ChainError.BadSignature)];

        Assert.Equal(expected, judged.Select(item => (ChainError)item.Error));
        Assert.Equal(expected, cases.Select(item => ChainAgreementTests.Verify(item).Error));
    }

    [Theory]
    // RFC 8032 7.1, tests 1 to 3.
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Ed25519_is_that_of_the_RFC(string key, string message, string signature)
    {
        byte[] signed = Convert.FromHexString(signature);

        Assert.True(Ed25519.Verify(Convert.FromHexString(key), Convert.FromHexString(message), signed));
        signed[5] ^= 1;
        Assert.False(Ed25519.Verify(Convert.FromHexString(key), Convert.FromHexString(message), signed));
    }
}
