using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>A client's certificate and key in files of their own.</summary>
internal sealed class ClientFiles : IDisposable
{
    private readonly string _directory = SandboxDirectory.Create();

    public ClientFiles(TestAuthority issuer, params string[] names)
        : this(issuer.Issue(new LeafOptions { CommonNames = names, ExtendedKeyUsages = [LeafOptions.ClientAuthentication] }))
    {
    }

    public ClientFiles(TestCertificate certificate)
    {
        Certificate = certificate;
        SandboxDirectory.WritePrivate(Path.Combine(_directory, "client.crt"), Certificate.ChainPem);
        SandboxDirectory.WritePrivate(Path.Combine(_directory, "client.key"), Certificate.KeyPem);
    }

    public TestCertificate Certificate { get; }

    /// <summary>The part of a conninfo.</summary>
    public string ConnInfo => $"sslcert={Path.Combine(_directory, "client.crt")} sslkey={Path.Combine(_directory, "client.key")}";

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
