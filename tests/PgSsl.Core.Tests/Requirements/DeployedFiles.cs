using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requirements;

/// <summary>Two files as somebody might give them to a server, right or wrong.</summary>
/// <param name="Certificate">What is in server.crt; null for no file.</param>
/// <param name="Key">What is in server.key; null for no file.</param>
public sealed record DeployedFiles(byte[]? Certificate, byte[]? Key)
{
    public const string Passphrase = "correct horse";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Deployment Root");
    private static readonly TestAuthority Issuing = Root.CreateIntermediate("Deployment Issuing CA");
    private static readonly TestCertificate Good = Issuing.Issue(LeafOptions.ForLoopback());
    private static readonly TestCertificate Other = Issuing.Issue(LeafOptions.ForLoopback());
    // Made by openssl.
    private static readonly Lazy<TestCertificate> Ed25519 =
        new(() => Issuing.IssueAsync(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Ed25519 }).GetAwaiter().GetResult());

    /// <summary>chmod and chown, once both are written.</summary>
    public Action<string, string> Arrange { get; init; } = (_, _) => { };

    /// <summary>What the server is told besides.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Whether only root can arrange this.</summary>
    public bool NeedsRoot { get; init; }

    /// <summary>Whether some servers' OpenSSL accepts the files and others' does not: before 3.2 its security level is 1 by default.</summary>
    public bool DependsOnOpenSsl { get; init; }

    public static Dictionary<string, Func<DeployedFiles>> All { get; } = new()
    {
        ["a good chain"] = () => Of(Good.ChainPem),
        ["the leaf alone"] = () => Of(Good.CertificatePem),
        ["the root as well"] = () => Of(Good.ChainPem + Good.RootPem),
        ["intermediates in any order"] = () => Of(Good.CertificatePem + Good.RootPem + Issuing.CertificatePem),
        ["somebody else's certificate behind it"] = () => Of(Good.ChainPem + Other.CertificatePem),
        ["the intermediate first"] = () => Of(Issuing.CertificatePem + Good.CertificatePem),
        ["another key"] = () => Of(Good.ChainPem, Other.KeyPem),
        ["a self-signed certificate"] = () => Of(TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback())),
        ["two blocks glued together"] = () => Of(Good.CertificatePem.TrimEnd() + Issuing.CertificatePem),
        ["the last block cut off"] = () => Of(Good.ChainPem[..^40]),
        ["a block that is no certificate"] = () =>
            Of(Good.CertificatePem + PemEncoding.WriteString("CERTIFICATE", [0x30, 0x03, 0x02, 0x01, 0x05]) + "\n"),
        ["an empty block"] = () => Of(Good.CertificatePem + "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        ["no base64"] = () => Of(Good.CertificatePem.Replace("MII", "M!I", StringComparison.Ordinal)),
        ["an empty file"] = () => Of(""),
        ["DER"] = () => new(Good.Certificate.RawData, Bytes(Good.KeyPem)),
        ["PKCS #12"] = () => new(Good.Certificate.Export(X509ContentType.Pkcs12), Bytes(Good.KeyPem)),
        ["text around the blocks"] = () => Of("Certificate:\n    Data: …\n" + Good.ChainPem + "# the end\n"),
        ["lines ended by CR LF"] = () => Of(Good.ChainPem.Replace("\n", "\r\n", StringComparison.Ordinal)),
        ["a byte order mark"] = () => Of("\u00EF\u00BB\u00BF" + Good.ChainPem) with { DependsOnOpenSsl = true },
        ["UTF-16"] = () => new(Encoding.Unicode.GetBytes(Good.ChainPem), Bytes(Good.KeyPem)),
        ["a TRUSTED CERTIFICATE first"] = () => Of(Good.CertificatePem.Replace(" CERTIFICATE", " TRUSTED CERTIFICATE", StringComparison.Ordinal)),
        ["the key in front of the certificate"] = () => Of(Good.KeyPem + Good.ChainPem),
        ["a certificate request"] = () => Of("-----BEGIN CERTIFICATE REQUEST-----\nMIIBAA==\n-----END CERTIFICATE REQUEST-----\n"),
        ["no certificate file"] = () => new(null, Bytes(Good.KeyPem)),
        ["no key file"] = () => new(Bytes(Good.ChainPem), null),
        ["a key in DER"] = () => new(Bytes(Good.ChainPem), Der(Good.KeyPem)),
        ["a key of SEC 1 behind its curve"] = () =>
            Of(Good.ChainPem, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + Sec1(Good)),
        ["the certificate in front of the key"] = () => Of(Good.ChainPem, Good.ChainPem + Good.KeyPem),
        ["two keys, the right one first"] = () => Of(Good.ChainPem, Good.KeyPem + Other.KeyPem),
        ["two keys, the right one last"] = () => Of(Good.ChainPem, Other.KeyPem + Good.KeyPem),
        ["a public key"] = () => Of(Good.ChainPem, Good.Certificate.PublicKey.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfoPem()),
        ["half a key"] = () => Of(Good.ChainPem, Good.KeyPem[..^40]),
        ["an encrypted key"] = () => Of(Good.ChainPem, Good.EncryptedKeyPem(Passphrase)),
        ["an encrypted key, and a command for it"] = () => Of(Good.ChainPem, Good.EncryptedKeyPem(Passphrase)) with
        {
            Settings = new() { ["ssl_passphrase_command"] = $"echo '{Passphrase}'" },
        },
        ["an encrypted key, and a command that supports a reload"] = () => Of(Good.ChainPem, Good.EncryptedKeyPem(Passphrase)) with
        {
            Settings = new() { ["ssl_passphrase_command"] = $"echo '{Passphrase}'", ["ssl_passphrase_command_supports_reload"] = "on" },
        },
        ["an expired certificate"] = () => Of(Issuing.Issue(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) })),
        ["a certificate for clients"] = () =>
            Of(Issuing.Issue(LeafOptions.ForLoopback() with { ExtendedKeyUsages = [LeafOptions.ClientAuthentication] })),
        ["RSA with 1024 bits"] = () =>
            Of(Issuing.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa1024 })) with { DependsOnOpenSsl = true },
        ["a leaf signed with SHA-1"] = () =>
            Of(Issuing.Issue(LeafOptions.ForLoopback() with { Digest = HashAlgorithmName.SHA1 })) with { DependsOnOpenSsl = true },
        ["an intermediate signed with SHA-1"] = () =>
            Of(Root.CreateIntermediate("Old CA", new() { Digest = HashAlgorithmName.SHA1 })
                .Issue(LeafOptions.ForLoopback())) with { DependsOnOpenSsl = true },
        ["self-signed with SHA-1"] = () => Of(TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback() with { Digest = HashAlgorithmName.SHA1 })),
        ["Ed25519"] = () => Of(Ed25519.Value),
        ["a key of mode 0644"] = () => Mode("0644"),
        ["a key of mode 0640"] = () => Mode("0640"),
        ["a key of mode 0400"] = () => Mode("0400"),
        ["a key of mode 0200"] = () => Mode("0200"),
        ["root's key, readable by the server's group"] = () => RootOwns("0640"),
        ["root's key, readable by root only"] = () => RootOwns("0600"),
        ["somebody else's key"] = () => Of(Good.ChainPem) with { NeedsRoot = true, Arrange = (_, key) => Shell($"chown nobody '{key}'") },
        ["root's certificate, readable by root only"] = () =>
            Of(Good.ChainPem) with { NeedsRoot = true, Arrange = (certificate, _) => Shell($"chown root:root '{certificate}'") },
        ["a certificate of mode 0666"] = () => Of(Good.ChainPem) with { Arrange = (certificate, _) => Shell($"chmod 0666 '{certificate}'") },
        ["a directory in the key's place"] = () => new(Bytes(Good.ChainPem), null) { Arrange = (_, key) => Directory.CreateDirectory(key) },
        ["a key behind a link"] = () =>
            Of(Good.ChainPem) with { Arrange = (_, key) => Shell($"mv '{key}' '{key}.real' && ln -s '{key}.real' '{key}'") },
    };

    private static DeployedFiles Of(TestCertificate certificate) => Of(certificate.ChainPem, certificate.KeyPem);

    private static DeployedFiles Of(string certificate, string? key = null) => new(Bytes(certificate), Bytes(key ?? Good.KeyPem));

    private static DeployedFiles Mode(string mode) => Of(Good.ChainPem) with { Arrange = (_, key) => Shell($"chmod {mode} '{key}'") };

    private static DeployedFiles RootOwns(string mode) => Of(Good.ChainPem) with
    {
        NeedsRoot = true,
        Arrange = (_, key) => Shell($"chown root '{key}' && chmod {mode} '{key}'"),
    };

    private static void Shell(string command) => OpenSslJudge.Run("/", $"set -e; {command}");

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Der(string pem)
    {
        PemFields fields = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }

    private static string Sec1(TestCertificate certificate)
    {
        using ECDsa key = certificate.Certificate.GetECDsaPrivateKey()!;
        using ECDsa exportable = ECDsa.Create();
        exportable.ImportFromPem(certificate.KeyPem);
        return exportable.ExportECPrivateKeyPem() + "\n";
    }
}
