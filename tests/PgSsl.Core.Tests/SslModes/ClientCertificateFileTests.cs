using PgSsl.Certificates;
using PgSsl.Sandbox;
using PgSsl.SslModes;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.Connections;

namespace PgSsl.Tests.SslModes;

/// <summary>What psql does with the same files is compared in ClientCertificateMatrixTests; here is what we say.</summary>
public sealed class ClientCertificateFileTests : IDisposable
{
    private readonly World _world = new();
    private readonly TestCertificate _client = TestAuthority.CreateRoot("Client Root").Issue(new LeafOptions { CommonNames = ["alice"] });

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Without_a_certificate_file_there_is_none_and_no_error() =>
        Assert.Null(ClientCertificateFile.Load(_world.Resolve("host=db")));

    [Fact]
    public void The_default_paths_are_libpqs()
    {
        _world.Write("home/.postgresql/postgresql.crt", _client.CertificatePem);
        Protect(_world.Write("home/.postgresql/postgresql.key", _client.KeyPem));

        ClientCertificate? loaded = ClientCertificateFile.Load(_world.Resolve("host=db"));

        Assert.Equal(_client.Certificate.Thumbprint, loaded?.Certificate.Thumbprint);
        Assert.True(loaded!.Joined!.HasPrivateKey);
    }

    [Fact]
    public void Sslcertmode_disable_leaves_it_alone()
    {
        string path = _world.Write("client.crt", _client.CertificatePem);

        Assert.Null(ClientCertificateFile.Load(_world.Resolve($"host=db sslcert={path} sslcertmode=disable")));
    }

    [Fact]
    public void What_libpq_cannot_load_is_named_whether_a_server_asks_for_it_or_not()
    {
        TestCertificate weak = TestAuthority.CreateRoot("Client Root").Issue(new LeafOptions { CommonNames = ["bob"], Key = KeyAlgorithm.Rsa1024 });
        string path = _world.Write("weak.crt", weak.CertificatePem), key = Protect(_world.Write("weak.key", weak.KeyPem));

        var failure = Assert.Throws<PgSslException>(() => ClientCertificateFile.Load(_world.Resolve($"host=db sslcert={path} sslkey={key}")));

        Assert.Equal(PgSslError.InvalidCertificateFile, failure.Error);
        Assert.EndsWith("'bob': ee key too small.", failure.Message);
    }

    [Fact]
    public void A_key_in_an_engine_is_named_as_what_cannot_be_used() =>
        Assert.Contains("sslkey=\"pkcs11:token\"", Failure("sslkey=pkcs11:token").Message);

    [Fact]
    public void A_wrong_passphrase_is_not_repeated()
    {
        string key = Protect(_world.Write("encrypted.key", _client.EncryptedKeyPem("correct horse")));

        PgSslException failure = Failure($"sslkey={key} sslpassword=battery-staple");

        Assert.Equal(PgSslError.InvalidKeyFile, failure.Error);
        Assert.DoesNotContain("battery-staple", failure.ToString());
    }

    [Theory]
    [InlineData("correct horse", null)]
    [InlineData("battery staple", PgSslError.InvalidKeyFile)]
    public void A_key_in_OpenSSLs_own_encryption_is_read_with_its_passphrase(string passphrase, PgSslError? expected)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        string directory = Path.GetDirectoryName(_world.Write("plain.key", _client.KeyPem))!;
        OpenSslJudge.Run(directory, "openssl pkey -in plain.key -traditional -aes256 -passout 'pass:correct horse' -out old.key");
        string key = Protect(Path.Combine(directory, "old.key"));
        string certificate = _world.Write("client.crt", _client.CertificatePem);

        var failure = (PgSslException?)Record.Exception(
            () => ClientCertificateFile.Load(_world.Resolve($"host=db sslcert={certificate} sslkey={key} sslpassword='{passphrase}'")));

        Assert.Equal(expected, failure?.Error);
    }

    private PgSslException Failure(string key)
    {
        string path = _world.Write("client.crt", _client.CertificatePem);
        return Assert.Throws<PgSslException>(() => ClientCertificateFile.Load(_world.Resolve($"host=db sslcert={path} {key}")));
    }

    private static string Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
