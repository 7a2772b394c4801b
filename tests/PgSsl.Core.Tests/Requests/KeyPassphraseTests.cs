using PgSsl.Requests;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>Passphrases that the readers of a key can be given, and others.</summary>
public sealed class KeyPassphraseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1023, 'x')]
    [InlineData(511, 'ö')]
    public void Openssl_reads_a_key_with_the_longest_one(int length, char character)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        string passphrase = new(character, length);
        KeyPassphrase.Check(passphrase);
        using var key = CertificateKey.Generate(KeyAlgorithms.Default);
        File.WriteAllBytes(Path.Combine(_directory.Path, "k"), key.ExportPem(passphrase));
        File.WriteAllText(Path.Combine(_directory.Path, "p"), passphrase);

        Assert.Contains("Key is valid", OpenSslJudge.Run(_directory.Path, "openssl pkey -in k -passin file:p -check -noout"));
    }

    [Theory]
    [InlineData(1024, 'x')]
    [InlineData(512, 'ö')]
    public void One_that_is_too_long_for_OpenSSL_is_refused_and_not_repeated(int length, char character)
    {
        string passphrase = new(character, length);

        var refusal = Assert.Throws<PgSslException>(() => KeyPassphrase.Check(passphrase));

        Assert.Equal(PgSslError.InvalidParameterValue, refusal.Error);
        Assert.Contains("1024 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain($"{character}{character}", refusal.Message + refusal.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sec\0ret")]
    [InlineData("secret\n")]
    [InlineData("sec\rret")]
    public void One_that_no_command_can_print_as_a_line_is_refused_and_not_repeated(string passphrase)
    {
        var refusal = Assert.Throws<PgSslException>(() => KeyPassphrase.Check(passphrase));

        Assert.Equal(PgSslError.InvalidParameterValue, refusal.Error);
        Assert.DoesNotContain("sec", refusal.Message, StringComparison.Ordinal);
    }
}
