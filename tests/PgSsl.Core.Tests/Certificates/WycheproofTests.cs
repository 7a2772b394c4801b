using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text.Json;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Tests.Certificates;

/// <summary>
/// The test vectors of Project Wycheproof (C2SP/wycheproof on GitHub, Apache License 2.0). They are not in this repository: the tests run
/// where PGSSL_TEST_WYCHEPROOF names their folder, <c>testvectors_v1</c>.
/// </summary>
[Fast]
public class WycheproofTests
{
    private static readonly string[] PssHashes = ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"];

    [Fact]
    public void Ed25519_says_what_the_vectors_say() => Check("ed25519_test.json", (group, test) =>
        Ed25519.Verify(Hex(group.GetProperty("publicKey"), "pk"), Hex(test, "msg"), Hex(test, "sig")));

    [Fact]
    public void RSA_PSS_says_what_the_vectors_say() => Check("rsa_pss_*_test.json", (group, test) =>
    {
        string hash = NameOf(Text(group, "sha")), maskHash = NameOf(Text(group, "mgfSha"));
        // SHAKE and SHA-512/256 are not read at all: see Digest.
        if (!PssHashes.Contains(hash) || !PssHashes.Contains(maskHash))
            return null;
        byte[] key = SubjectPublicKey.Read(new AsnReader(Hex(group, "publicKeyDer"), AsnEncodingRules.DER)).Key.ToArray();
        return RsaSignature.VerifyPss(
            key, Digest.Of(hash, Hex(test, "msg")), Hex(test, "sig"), hash, maskHash, group.GetProperty("sLen").GetInt32());
    });

    [Fact]
    public void Ed448_says_what_the_vectors_say() => Check("ed448_test.json", (group, test) =>
        Ed448.Verify(Hex(group.GetProperty("publicKey"), "pk"), Hex(test, "msg"), Hex(test, "sig")));

    [Fact]
    public void A_point_is_on_its_curve_where_the_vectors_say_so() => Check("ecdh_secp*r1_test.json", (group, test) =>
    {
        // Other invalid keys describe the curve itself, or another one.
        if (Text(test, "result") == "invalid" && !HasFlag(test, "InvalidCurveAttack"))
            return null;
        return SubjectPublicKey.Read(new AsnReader(Hex(test, "public"), AsnEncodingRules.DER)).IsReadable;
    });

    private static string NameOf(string? digest) => digest?.Replace("-", "", StringComparison.Ordinal) ?? "";

    private static void Check(string pattern, Func<JsonElement, JsonElement, bool?> verify)
    {
        string? folder = Environment.GetEnvironmentVariable("PGSSL_TEST_WYCHEPROOF");
        if (folder is null)
            Assert.Skip("PGSSL_TEST_WYCHEPROOF does not name the folder of the vectors.");
        var wrong = new List<string>();
        int count = 0;
        foreach (string file in Directory.GetFiles(folder, pattern))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement group in document.RootElement.GetProperty("testGroups").EnumerateArray())
            {
                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                {
                    string expected = Text(test, "result")!;
                    if (expected == "acceptable" || verify(group, test) is not { } actual)
                        continue;
                    count++;
                    if (actual != (expected == "valid"))
                        wrong.Add($"{Path.GetFileName(file)} {test.GetProperty("tcId")}: {actual}, and it is {expected} ({Text(test, "comment")})");
                }
            }
        }
        Assert.Empty(wrong);
        Assert.True(count > 0, "None of the vectors could be used.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} vectors");
    }

    private static bool HasFlag(JsonElement test, string name) =>
        test.GetProperty("flags").EnumerateArray().Any(flag => flag.GetString() == name);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(Text(element, name)!);
}
