using System.Security.Cryptography;
using PgSsl.Certificates.Trust;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.RootFiles;

namespace PgSsl.Tests.Requirements;

/// <summary>What clients will make of a certificate; what the server does is in <see cref="LoadAgreementTests"/>.</summary>
public class ServerCertificateCheckTests
{
    private static readonly MintedCertificate Root = Mint.Root("Check Root");
    private static readonly MintedCertificate Issuing = Mint.Certificate("Check CA", Root, MintOptions.Ca);
    private static readonly MintOptions Db1 = MintOptions.Leaf with { AlternativeNames = ["DNS:db1", "IP:10.0.0.1"] };

    private static readonly Dictionary<string, Func<(MintedCertificate Leaf, MintedCertificate[] Behind)>> Cases = new()
    {
        ["a good chain"] = () => (Mint.Leaf("db1", Issuing, Db1), [Issuing]),
        ["no intermediate"] = () => (Mint.Leaf("db1", Issuing, Db1), []),
        ["an intermediate of another chain"] = () => (Mint.Leaf("db1", Issuing, Db1), [Mint.Certificate("Other CA", Root, MintOptions.Ca)]),
        ["expired"] = () => (Mint.Leaf("db1", Issuing, Db1 with { NotAfter = MintOptions.Now.AddDays(-1) }), [Issuing]),
        ["not valid yet"] = () => (Mint.Leaf("db1", Issuing, Db1 with { NotBefore = MintOptions.Now.AddDays(1) }), [Issuing]),
        ["soon expired"] = () => (Mint.Leaf("db1", Issuing, Db1 with { NotAfter = MintOptions.Now.AddDays(5) }), [Issuing]),
        ["an expired intermediate"] = () => Below(Mint.Certificate("Old CA", Root, MintOptions.Ca with { NotAfter = MintOptions.Now.AddDays(-1) })),
        ["for clients"] = () => (Mint.Leaf("db1", Issuing, Db1 with { ExtendedKeyUsages = ["1.3.6.1.5.5.7.3.2"] }), [Issuing]),
        ["no signatures"] = () => (Mint.Leaf("db1", Issuing, Db1 with { KeyUsage = 0x20 }), [Issuing]),
        ["no alternative names"] = () => (Mint.Leaf("db1", Issuing, Db1 with { AlternativeNames = null }), [Issuing]),
        ["another name"] = () => (Mint.Leaf("db2", Issuing), [Issuing]),
        ["the root as well"] = () => (Mint.Leaf("db1", Issuing, Db1), [Issuing, Root]),
        ["twice"] = () => (Mint.Leaf("db1", Issuing, Db1), [Issuing, Issuing]),
        ["a curve of its own"] = () =>
            (Mint.Leaf("db1", Issuing, Db1 with { Key = MintedKey.Curve(ECCurve.NamedCurves.brainpoolP256r1) }), [Issuing]),
        ["SHA-1"] = () => (Mint.Leaf("db1", Issuing, Db1 with { Hash = HashAlgorithmName.SHA1 }), [Issuing]),
        ["RSA 1024"] = () => (Mint.Leaf("db1", Issuing, Db1 with { Key = MintedKey.Rsa(1024) }), [Issuing]),
        ["self-signed"] = () => (Mint.Root("db1", Db1), []),
        ["an intermediate that may not issue"] = () => Below(Mint.Certificate("No CA", Root, MintOptions.Ca with { KeyUsage = 0x80 })),
    };

    [Theory]
    [InlineData("a good chain")]
    [InlineData("no intermediate", "ChainComplete", "Trusted")]
    [InlineData("an intermediate of another chain", "ChainComplete", "ChainOrder", "Trusted")]
    [InlineData("expired", "Valid", "MinimumDays", "Trusted")]
    [InlineData("not valid yet", "Valid", "Trusted")]
    [InlineData("soon expired", "MinimumDays")]
    [InlineData("an expired intermediate", "Valid", "MinimumDays", "Trusted")]
    [InlineData("for clients", "Trusted", "ServerUsage")]
    [InlineData("no signatures", "ServerUsage")]
    [InlineData("no alternative names", "SubjectAlternativeName", "HostNames")]
    [InlineData("another name", "HostNames")]
    [InlineData("the root as well", "NoRoot")]
    [InlineData("twice", "ChainOrder")]
    [InlineData("a curve of its own", "KeyAlgorithm")]
    [InlineData("SHA-1", "Trusted", "SignatureStrength")]
    [InlineData("RSA 1024", "Trusted", "KeyStrength")]
    [InlineData("self-signed", "NotSelfSigned", "Trusted")]
    [InlineData("an intermediate that may not issue", "Trusted")]
    public void Each_fault_is_found_and_nothing_else(string what, params string[] unmet)
    {
        IReadOnlyList<ServerCertificateRequirement> found = ServerCertificateCheck.Judge(Facts(what));
        Assert.Equal(unmet, found.Where(one => one.IsMet == false).Select(one => one.Requirement));
        Assert.All(found, one => Assert.Equal(one.IsMet == false, one.IsMet == false && !string.IsNullOrEmpty(one.Remedy)));
        Assert.Equal(found.Count, found.Select(one => one.Requirement).Distinct().Count());
    }

    /// <summary>Trusted is what openssl verify says.</summary>
    [Fact]
    public void Trust_is_openssls()
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is not installed.");
        string[] names = [.. Cases.Keys];
        ServerCertificateFacts[] facts = [.. names.Select(Facts)];
        var judged = OpenSslJudge.Judge([.. facts.Select(one => new ChainCase("", one.Certificates!.Certificates, Root.Pem, null))]);
        Assert.Equal(
            names.Zip(judged, (name, verdict) => (name, (bool?)(verdict.Error == 0))),
            names.Zip(facts, (name, one) => (name, ServerCertificateCheck.Judge(one).Single(it => it.Requirement == "Trusted").IsMet)));
    }

    [Fact]
    public void A_missing_intermediate_is_named_with_the_place_that_its_CA_offers_it_at()
    {
        MintedCertificate leaf =
            Mint.Leaf("db1", Issuing, Db1 with { Extensions = [("1.3.6.1.5.5.7.1.1", false, IssuerAt("http://ca.example/issuing.crt"))] });
        ServerCertificateRequirement complete = Find(Facts(leaf, []), "ChainComplete");
        Assert.Equal("'Check CA', which issued 'db1', is neither in the file nor in root.crt.", complete.Detail);
        Assert.EndsWith("the CA offers it at http://ca.example/issuing.crt", complete.Remedy);
    }

    [Fact]
    public void A_leaf_alone_below_an_unknown_issuer_is_not_judged()
    {
        ServerCertificateFacts facts = Facts("no intermediate") with { ClientRoots = null };
        Assert.Null(Find(facts, "ChainComplete").IsMet);
        Assert.Contains("-RootCertificate", Find(facts, "ChainComplete").Remedy);
    }

    [Fact]
    public void Another_certificate_is_served_and_its_names_would_be_lost()
    {
        ServerCertificateFacts facts = Facts("another name") with { Served = Mint.Leaf("db1", Issuing, Db1).Certificate };
        Assert.Contains("DNS:db1, IP:10.0.0.1", Find(facts, "NamesKept").Detail);
        Assert.Contains("with another key", Find(facts, "Served").Detail);
        Assert.True(Find(facts with { Served = facts.Leaf }, "Served").IsMet);
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("", false, false, false)]
    [InlineData("pass", false, true, false)]
    [InlineData("pass", true, true, true)]
    public void A_passphrase_is_for_servers_that_can_give_it(string? command, bool? supportsReload, bool? starts, bool? reloads)
    {
        MintedCertificate leaf = Mint.Leaf("db1", Issuing, Db1);
        string pem = leaf.Key.Algorithm.ExportEncryptedPkcs8PrivateKeyPem(
            "horse", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        ServerCertificateFacts facts = ServerCertificateFacts.Create(
            ServerFile.Planned("/x/server.crt", Pems.Bytes(leaf.Pem + Issuing.Pem)), ServerFile.Planned("/x/server.key", Pems.Bytes(pem)),
            "horse".ToCharArray()) with
        {
            Server = new ServerConditions
            {
                PassphraseCommand = command,
                PassphraseSupportsReload = supportsReload,
                Version = new ServerVersion(150_000),
            },
        };
        Assert.Equal(starts, Find(facts, "KeyPassphrase").IsMet);
        Assert.Equal(reloads, Find(facts, "KeyReload").IsMet);
        Assert.True(Find(facts, "KeyMatches").IsMet);
    }

    private static (MintedCertificate, MintedCertificate[]) Below(MintedCertificate issuer) => (Mint.Leaf("db1", issuer, Db1), [issuer]);

    private static ServerCertificateRequirement Find(ServerCertificateFacts facts, string name) =>
        ServerCertificateCheck.Judge(facts).Single(one => one.Requirement == name);

    private static ServerCertificateFacts Facts(string what)
    {
        (MintedCertificate leaf, MintedCertificate[] behind) = Cases[what]();
        return Facts(leaf, behind);
    }

    private static ServerCertificateFacts Facts(MintedCertificate leaf, MintedCertificate[] behind) => ServerCertificateFacts.Create(
        ServerFile.Planned("/x/server.crt", Pems.Bytes(string.Concat(behind.Prepend(leaf).Select(one => one.Pem)))),
        ServerFile.Planned("/x/server.key", Pems.Bytes(leaf.Key.Pem))) with
    {
        At = MintOptions.Now,
        MinimumDays = 14,
        HostNames = ["db1", "10.0.0.1"],
        ClientRoots = TrustStore.FromCertificates([Root.Certificate], "root.crt"),
    };

    private static byte[] IssuerAt(string url) =>
        new System.Security.Cryptography.X509Certificates.X509AuthorityInformationAccessExtension(null, [url]).RawData;
}
