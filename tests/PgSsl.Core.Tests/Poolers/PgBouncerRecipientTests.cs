using System.Text;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Poolers;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Poolers;

/// <summary>What a pgbouncer.ini makes of itself as the one who gets a certificate. Nothing runs by it.</summary>
[Fast]
public sealed class PgBouncerRecipientTests : IDisposable
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Recipient Root CA");

    private readonly string _directory = SandboxDirectory.Create();

    private string Ini => Beside("pgbouncer.ini");

    [Theory]
    [InlineData("", "prefer")]
    [InlineData("client_tls_sslmode = disable", "prefer")]
    [InlineData("client_tls_sslmode = prefer", "prefer")]
    [InlineData("client_tls_sslmode = verify-full", "verify-full")]
    public void TLS_that_is_off_is_switched_on_and_no_other_mode_changes(string settings, string mode)
    {
        PgBouncerRecipient recipient = Read(settings);
        Assert.Equal(settings != $"client_tls_sslmode = {mode}", recipient.Effects.Contains($"+client_tls_sslmode = {mode}"));
        Assert.Contains($"+client_tls_key_file = {Beside("pgbouncer.key")}", recipient.Effects);
        Assert.Equal(Beside("pgbouncer.crt"), recipient.Target.CertificatePath);
    }

    [Fact]
    public void Files_that_it_names_stay()
    {
        PgBouncerRecipient recipient = Read("client_tls_sslmode = require\nclient_tls_key_file = /etc/p/k.pem\nclient_tls_cert_file = /etc/p/c.pem");
        Assert.Equal(("/etc/p/c.pem", "/etc/p/k.pem"), (recipient.Target.CertificatePath, recipient.Target.KeyPath));
        Assert.Equal("PgBouncer does not run: it will load the new certificate when it starts.", Assert.Single(recipient.Effects));
    }

    [Theory]
    [InlineData("client_tls_key_file = /etc/p/k.pem", "/etc/p/other.pem", PgSslError.ContradictoryParameters)]
    [InlineData("client_tls_key_file = k.pem", null, PgSslError.InvalidPgBouncerFile)]
    public void Files_that_are_not_clear_are_refused(string settings, string? given, PgSslError error)
    {
        var failure = Assert.Throws<PgSslException>(() => Read(settings, given));
        Assert.Equal(error, failure.Error);
        Assert.Contains("-SslKeyFile", failure.Remedy);
    }

    [Fact]
    public void A_relative_path_is_taken_for_the_file_that_a_parameter_names()
    {
        PgBouncerRecipient recipient = Read("client_tls_key_file = k.pem", "/etc/p/k.pem");
        Assert.Equal("/etc/p/k.pem", recipient.Target.KeyPath);
        Assert.DoesNotContain(recipient.Effects, line => line.StartsWith("+client_tls_key_file", StringComparison.Ordinal));
    }

    [Fact]
    public void What_stands_near_the_change_is_shown_without_passwords()
    {
        const string Databases = "a = host=x password=s3c\ts3ret user=y\nb = password = 's3 c''ret' host=z PASSWORD=s3cret";
        string text = string.Join('\n', Read("", databases: Databases).Effects);
        Assert.Contains("a = host=x password=***", text);
        Assert.Contains("b = password =***", text);
        Assert.DoesNotContain("s3", text);
        Assert.DoesNotContain("ret'", text);
    }

    /// <summary>main.c: PgBouncer does not run as root.</summary>
    [Fact]
    public void Its_account_is_the_one_it_is_set_to_or_whoever_owns_the_file_but_not_root()
    {
        if (UnixAccount.Find("nobody") is not { } nobody)
        {
            Assert.Skip("This system has no account nobody.");
            return;
        }
        Assert.Equal(nobody.UserId, Read("user = nobody").Target.Server.Account!.UserId);
        Assert.Null(Read("user = root").Target.Server.Account);
        UnixAccount? owner = UnixAccount.OwnerOf(Ini);
        Assert.Equal(owner!.UserId == 0 ? null : owner.UserId, Read("").Target.Server.Account?.UserId);
    }

    /// <summary>A PgBouncer whose pidfile is wrong would go on with what it has, while all seems done.</summary>
    [Fact]
    public async Task Somebody_who_listens_and_cannot_be_told_is_an_error()
    {
        await using HostileServer other = HostileServer.Start(HostileScripts.Send("N"u8.ToArray()));
        PgBouncerRecipient recipient = Read($"listen_addr = {other.Host}\nlisten_port = {other.Port}\npidfile = {Beside("none.pid")}");
        var failure = await Assert.ThrowsAsync<PgSslException>(() => recipient.ObserveAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PgSslError.ServerNotReady, failure.Error);
        Assert.Contains($"{other.Host}:{other.Port}", failure.Message);
    }

    [Fact]
    public void A_key_with_a_passphrase_is_refused_because_it_could_not_be_told()
    {
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        File.WriteAllText(Beside("given.key"), certificate.EncryptedKeyPem("opensesame"));
        PgBouncerRecipient recipient = Read("");
        using var deployment = CertificateDeployment.Prepare(
            recipient, recipient.Target, [], new DeploymentRequest(
                IssuedCertificates.Read(Encoding.ASCII.GetBytes(certificate.ChainPem), "x"), Beside("given.key"), "opensesame".ToCharArray(), null,
                facts => facts));
        var failure = Assert.Throws<PgSslException>(() => deployment.Check(isForced: true));
        Assert.Equal(PgSslError.RequirementNotMet, failure.Error);
        Assert.Contains("PgBouncer has no setting", failure.Message);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Beside(string name) => Path.Combine(_directory, name);

    private PgBouncerRecipient Read(string settings, string? keyPath = null, string databases = "")
    {
        File.WriteAllText(Ini, $"[databases]\n{databases}\n[pgbouncer]\n{settings}\n");
        return PgBouncerRecipient.Of(Ini, null, keyPath, null, TimeSpan.FromSeconds(10));
    }
}
