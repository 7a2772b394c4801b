using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes;
using PgSsl.Tests.SslModes.Clients;

namespace PgSsl.Tests.SslModes;

/// <summary>What a verdict says beyond the transport, for libpq: whether it is safe, why, and what to do next.</summary>
[Fast]
public sealed class VerdictTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(SslMode.Disable, false)]
    [InlineData(SslMode.Allow, false)]
    [InlineData(SslMode.Prefer, false)]
    [InlineData(SslMode.Require, false)]
    [InlineData(SslMode.VerifyCa, false)]
    [InlineData(SslMode.VerifyFull, true)]
    public void Only_verify_full_is_safe_from_a_man_in_the_middle(Enum mode, bool safe) =>
        Assert.Equal(safe, _scene.Judge("libpq", (SslMode)mode, "right", "admits all").MitmSafe);

    [Fact]
    public void A_connection_that_fails_is_not_called_safe() =>
        Assert.False(_scene.Judge("libpq", SslMode.VerifyFull, "wrong", "admits all").MitmSafe);

    [Fact]
    public void A_wrong_default_root_turns_prefer_into_plaintext_and_the_reason_says_so()
    {
        SslModeVerdict verdict = _scene.Judge("libpq", SslMode.Prefer, "~/.postgresql, wrong", "admits all");

        Assert.Equal(Transport.Plaintext, verdict.Transport);
        Assert.StartsWith("Silently falls back to plaintext, because TLS fails: ", verdict.Reason);
        Assert.Contains(".postgresql/root.crt", verdict.Reason);
    }

    [Fact]
    public void The_way_from_require_to_verify_full_is_a_command() =>
        Assert.Equal(
            "Test-PgSslMode db.example.test:5432 verify-full -RootCertificate \"<root.crt of the server's CA>\"",
            _scene.Judge("libpq", SslMode.Require, "none", "admits all").Remedy);

    [Fact]
    public void Nothing_is_left_to_do_after_verify_full() =>
        Assert.Null(_scene.Judge("libpq", SslMode.VerifyFull, "right", "admits all").Remedy);

    [Fact]
    public void An_intermediate_alone_is_named_as_what_it_is() =>
        Assert.Contains(
            "holds only the intermediate 'Scene Issuing CA'", _scene.Judge("libpq", SslMode.VerifyCa, "intermediate only", "admits all").Reason);

    [Fact]
    public void Another_hosts_certificate_says_whose_it_is_and_by_which_name_to_connect()
    {
        SslModeVerdict verdict = _scene.Judge("libpq", SslMode.VerifyFull, "right", "has another name");

        Assert.Equal(PgSslError.HostNameMismatch, verdict.Failure?.Error);
        Assert.Contains("\"elsewhere.test\"", verdict.Reason);
        Assert.Contains("elsewhere.test", verdict.Remedy);
    }

    [Fact]
    public void A_missing_root_file_is_named() =>
        Assert.Contains("missing.crt\" does not exist", _scene.Judge("libpq", SslMode.VerifyFull, "missing", "admits all").Reason);

    [Theory]
    [InlineData(SslMode.Require)]
    [InlineData(SslMode.VerifyFull)]
    public void A_revocation_list_that_libpq_silently_does_without_is_not_passed_over(Enum mode)
    {
        SslModeVerdict verdict = _scene.Judge("libpq", (SslMode)mode, "right, with a broken CRL", "admits all");

        Assert.Equal(Transport.Tls, verdict.Transport);
        Assert.Contains("But revocation is not checked: ", verdict.Reason);
        Assert.Contains("broken.crl", verdict.Reason);
    }

    [Fact]
    public void Every_verdict_has_a_sentence()
    {
        foreach (string roots in (string[])["none", "right", "wrong", "missing", "intermediate only", "system"])
        {
            foreach (string server in (string[])["admits all", "has another name", "TLS off", "no line for TLS", "handshake fails"])
            {
                foreach (SslMode mode in Enum.GetValues<SslMode>())
                {
                    string reason = _scene.Judge("libpq", mode, roots, server).Reason;
                    Assert.Matches("^[A-Z].*\\.$", reason);
                }
            }
        }
    }
}
