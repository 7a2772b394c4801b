using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Connections;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

/// <summary>
/// Client certificates beside what psql does with the same files: present, missing, of a stranger CA, with every kind of key and
/// every mistake about it, under TLS 1.2 and 1.3, for users who need one and users who do not.
/// </summary>
public sealed class ClientCertificateMatrixTests : IDisposable
{
    private const string Passphrase = "correct horse";
    private static readonly SslMode[] Modes = [SslMode.Allow, SslMode.Prefer, SslMode.Require];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pgssl-client-");
    private readonly TestAuthority _root = TestAuthority.CreateRoot("Client Root CA");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Agrees_with_psql_about_client_certificates(int version)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "libpq does not look at a key file's mode on Windows.");
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(version)).OrSkip(Assert.Skip);
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(version)).OrSkip(Assert.Skip);
        await using PostgresCluster server = await ClusterPool.RentAsync(installation, new ClusterOptions
        {
            Hba =
            [
                "hostssl all cert_user 127.0.0.1/32 cert",
                "hostssl all ca_user 127.0.0.1/32 trust clientcert=verify-ca",
                "host all free_user 127.0.0.1/32 trust",
            ],
        });
        string[] users = ["cert_user", "ca_user", "free_user"];
        foreach (string user in users)
            await server.QueryAsync($"create role {user} login");
        await server.InstallCertificateAsync(_root.Issue(LeafOptions.ForLoopback()), caPem: _root.CertificatePem);

        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());
        foreach (string files in ClientFiles(version).Concat(await OtherKeysAsync(version)))
        {
            foreach (string user in users)
            {
                foreach (string protocol in (string[])["TLSv1.2", "TLSv1.3"])
                    await agreement.AddAsync(
                        $"host=127.0.0.1 port={server.Port} dbname=postgres user={user} ssl_max_protocol_version={protocol} {files}", [""], Modes);
            }
        }
        await agreement.AssertAsync(atLeast: 500);
    }

    private IEnumerable<string> ClientFiles(int version)
    {
        TestAuthority intermediate = _root.CreateIntermediate("Client Issuing CA");
        TestCertificate direct = Client(_root, KeyAlgorithm.EcdsaP256);
        TestCertificate below = Client(intermediate, KeyAlgorithm.Rsa2048);
        TestCertificate stranger = Client(TestAuthority.CreateRoot("Stranger CA"), KeyAlgorithm.EcdsaP256);
        string certificate = Write("direct.crt", direct.CertificatePem);

        yield return "";
        yield return $"sslcert={certificate} sslkey={Write("direct.key", direct.KeyPem)}";
        yield return $"sslcert={Write("chain.crt", below.ChainPem)} sslkey={Write("chain.key", below.KeyPem)}";
        yield return $"sslcert={Write("no-chain.crt", below.CertificatePem)} sslkey={Write("no-chain.key", below.KeyPem)}";
        yield return $"sslcert={Write("stranger.crt", stranger.CertificatePem)} sslkey={Write("stranger.key", stranger.KeyPem)}";
        yield return $"sslcert={certificate} sslkey={Write("other.key", stranger.KeyPem)}";
        yield return $"sslcert={certificate} sslkey={Path.Combine(_directory.FullName, "missing.key")}";
        yield return $"sslcert={Path.Combine(_directory.FullName, "missing.crt")} sslkey={Write("unused.key", direct.KeyPem)}";
        yield return $"sslcert={certificate} sslkey={Write("open.key", direct.KeyPem, "644")}";
        yield return $"sslcert={certificate} sslkey={Write("group.key", direct.KeyPem, "640")}";
        yield return $"sslcert={certificate} sslkey={Write("garbage.key", "no key at all")}";
        yield return $"sslcert={certificate} sslkey={Write("public.key", PublicPem(direct))}";
        yield return $"sslcert={Write("garbage.crt", "no certificate at all")} sslkey={Write("fine.key", direct.KeyPem)}";
        string encrypted = Write("encrypted.key", direct.EncryptedKeyPem(Passphrase));
        yield return $"sslcert={certificate} sslkey={encrypted} sslpassword='{Passphrase}'";
        yield return $"sslcert={certificate} sslkey={encrypted} sslpassword=wrong";
        yield return $"sslcert={certificate} sslkey={WriteDer("der.key", direct)}";
        if (version < 16)
        {
            // The newer builds here have OpenSSL 1.1.1, whose level is 1.
            foreach ((string name, TestCertificate weak) in WeakCertificates())
                yield return $"sslcert={Write($"{name}.crt", weak.ChainPem)} sslkey={Write($"{name}.key", weak.KeyPem)}";
            yield break;
        }
        yield return $"sslcert={certificate} sslkey={Write("disabled.key", direct.KeyPem)} sslcertmode=disable";
        yield return $"sslcert={certificate} sslkey={Write("required.key", direct.KeyPem)} sslcertmode=require";
        yield return "sslcertmode=require";
    }

    /// <summary>A short key, a weak signature, and each of them above a good certificate.</summary>
    private (string Name, TestCertificate Certificate)[] WeakCertificates()
    {
        LeafOptions good = ClientOptions(KeyAlgorithm.EcdsaP256), signed = good with { Digest = HashAlgorithmName.SHA1 };
        TestAuthority shortKey = _root.CreateIntermediate("Short Key CA", new AuthorityOptions { Key = KeyAlgorithm.Rsa1024 });
        TestAuthority weakSignature = _root.CreateIntermediate("Weakly Signed CA", new AuthorityOptions { Digest = HashAlgorithmName.SHA1 });
        return
        [
            ("short", Client(_root, KeyAlgorithm.Rsa1024)), ("sha1", _root.Issue(signed)), ("below-short", shortKey.Issue(good)),
            ("below-sha1", weakSignature.Issue(good)),
        ];
    }

    /// <summary>Keys that .NET has no class for, and a curve beside the usual ones.</summary>
    private async Task<IReadOnlyList<string>> OtherKeysAsync(int version)
    {
        KeyAlgorithm[] kinds =
        [
            KeyAlgorithm.EcdsaP521, KeyAlgorithm.EcdsaSecp256k1, KeyAlgorithm.Ed25519, KeyAlgorithm.Ed448, KeyAlgorithm.RsaPss2048,
            // OpenSSL 1.1.1, which the newer builds here have, signs with the first digest of the list, which such a key does not allow.
            .. version < 16 ? [KeyAlgorithm.RsaPssSha384] : (KeyAlgorithm[])[],
        ];
        var files = new List<string>();
        foreach (KeyAlgorithm kind in kinds)
        {
            TestCertificate client = await _root.IssueAsync(ClientOptions(kind)), other = await _root.IssueAsync(ClientOptions(kind));
            string certificate = Write($"{kind}.crt", client.CertificatePem);
            files.Add($"sslcert={certificate} sslkey={Write($"{kind}.key", client.KeyPem)}");
            files.Add($"sslcert={certificate} sslkey={Write($"{kind}.other.key", other.KeyPem)}");
            string encrypted = Path.Combine(_directory.FullName, $"{kind}.encrypted.key");
            string[] encrypt = ["pkey", "-aes256", "-passout", $"pass:{Passphrase}", "-out", encrypted];
            (await ProcessRunner.RunAsync("openssl", encrypt, client.KeyPem)).OrThrow("openssl pkey");
            files.Add($"sslcert={certificate} sslkey={encrypted} sslpassword='{Passphrase}'");
            files.Add($"sslcert={certificate} sslkey={encrypted} sslpassword=wrong");
        }
        return files;
    }

    private static TestCertificate Client(TestAuthority issuer, KeyAlgorithm key) => issuer.Issue(ClientOptions(key));

    private static LeafOptions ClientOptions(KeyAlgorithm key) => new()
    {
        CommonNames = ["cert_user"],
        ExtendedKeyUsages = [LeafOptions.ClientAuthentication],
        Key = key,
    };

    private static string PublicPem(TestCertificate certificate) =>
        certificate.Certificate.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfoPem() + "\n";

    private string Write(string name, string content, string mode = "600") => Write(name, Encoding.ASCII.GetBytes(content), mode);

    private string WriteDer(string name, TestCertificate certificate)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(certificate.KeyPem);
        return Write(name, key.ExportPkcs8PrivateKey(), "600");
    }

    private string Write(string name, byte[] content, string mode)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        return path;
    }
}
