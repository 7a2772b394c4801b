using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using PgSsl.Changes;
using PgSsl.Inspection;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>
/// Settings with which a server keeps the TLS that it has, and does not start again. PostgreSQL 15 has the OpenSSL of this machine and no log
/// that SQL can read; 18 from npm has one of its own, and a log.
/// </summary>
[Collection(SwitchServer.Collection)]
public class UnloadableSettingsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<SwitchServer, SslTarget>> Bad = new()
    {
        ["ciphers"] = _ => new() { IsOn = true, Ciphers = "NONSENSE-CIPHER" },
        ["ciphers that exclude each other"] = _ => new() { IsOn = true, Ciphers = "HIGH:!HIGH" },
        ["groups"] = _ => new() { IsOn = true, Groups = "no-such-group" },
        ["a group of another OpenSSL"] = _ => new() { IsOn = true, Groups = "X25519MLKEM768" },
        ["a CA file with a trusted certificate only"] = server => new() { IsOn = true, CaPath = server.Write("trusted.pem", TrustedPem()) },
        ["a CRL file without a CRL"] = server => new() { IsOn = true, CrlPath = server.Write("empty.crl", "nothing\n") },
        ["a CRL file that is missing"] = server => new() { IsOn = true, CrlPath = Path.Combine(server.Cluster.DataDirectory, "missing.crl") },
        ["a curve that is no group of TLS"] = _ => new() { IsOn = true, Groups = "secp112r1" },
        ["a CA file with a CRL only"] = server => new() { IsOn = true, CaPath = server.Write("crl-only.pem", SwitchServer.CrlPem) },
        ["a DH file without parameters"] = server => new() { IsOn = true, DhParametersPath = server.Write("no.dh", "nothing\n") },
        ["DH parameters without the order that their label promises"] =
            server => new() { IsOn = true, DhParametersPath = server.Write("short.dh", ShortDhPem()) },
        ["DH parameters that are no prime"] = server => new() { IsOn = true, DhParametersPath = server.Write("odd.dh", DhPem()) },
    };

    private static readonly Dictionary<string, (string Name, string Value)> Waiting = new()
    {
        ["Ciphers"] = ("ssl_ciphers", "NONSENSE-CIPHER"),
        ["CaFile"] = ("ssl_ca_file", "missing.pem"),
        ["CrlFile"] = ("ssl_crl_file", "postgresql.conf"),
        ["DhParameters"] = ("ssl_dh_params_file", "postgresql.conf"),
        ["ProtocolRange"] = ("ssl_max_protocol_version", "TLSv1.1"),
    };

    public static TheoryData<int, string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, string, bool>();
            foreach (int major in SwitchServer.Majors.Select(row => row.Data))
                foreach (string kind in Bad.Keys)
                    foreach (bool isOn in (bool[])[false, true])
                        cases.Add(major, kind, isOn);
            return cases;
        }
    }

    public static TheoryData<int, string> Findings
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (int major in SwitchServer.Majors.Select(row => row.Data))
                foreach (string requirement in Waiting.Keys)
                    cases.Add(major, requirement);
            return cases;
        }
    }

    /// <summary>Whether TLS is off before, or on with the same certificate.</summary>
    [Theory, MemberData(nameof(Cases))]
    public async Task Are_refused_or_put_back_and_the_server_starts_again(int major, string kind, bool isOn)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        if (isOn)
            await server.ApplyAsync(server.On);
        string before = server.AutoText;
        string? served = await server.ServedAsync();

        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => server.ApplyAsync(Bad[kind](server)));

        Assert.NotEqual(PgSslError.FileNotRestored, failure.Error);
        Assert.Equal(before, server.AutoText);
        Assert.Equal(served, await server.ServedAsync());
        await server.DemandRestartAsync();
        Assert.Equal(served, await server.ServedAsync());
    }

    /// <summary>As after an ALTER SYSTEM of somebody else: there is nothing to change.</summary>
    [Theory, MemberData(nameof(Findings))]
    public async Task Of_somebody_else_are_no_proof_and_a_critical_finding(int major, string requirement)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On);
        (string name, string value) = Waiting[requirement];
        await server.Cluster.QueryAsync($"ALTER SYSTEM SET {name} = '{value}'");
        await server.Cluster.ReloadAsync();

        Finding[] findings = SslConfigurationFindings.Find(await SslConfigurationReader.ReadAsync(server.Live, Token));
        bool isJudged = requirement != "Ciphers" || major < 18;
        if (isJudged)
            Assert.Contains(findings, finding => finding.Code == requirement && finding.Level == FindingSeverity.Critical);
        try
        {
            Assert.False((await server.ApplyAsync(server.On)).IsProven);
        }
        catch (PgSslException failure)
        {
            Assert.Contains(value, failure.Message);
        }
    }

    /// <summary>The certificate that is served is a good one, and the next start takes another.</summary>
    [Fact]
    public async Task Another_certificate_file_that_waits_is_the_one_that_is_judged()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.ApplyAsync(server.On);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl_cert_file = 'missing.crt'");

        PgSslException refused = await Assert.ThrowsAsync<PgSslException>(() => server.ApplyAsync(new SslTarget { IsOn = true }));

        Assert.Equal(PgSslError.FileNotFound, refused.Error);
        Assert.Contains("missing.crt", refused.Message);
    }

    [Fact]
    public async Task That_nothing_would_show_are_refused_without_force()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(18);
        await server.ApplyAsync(server.On);
        // A role that may set them, and sees neither log nor files: nobody here knows that server's OpenSSL.
        await server.Cluster.QueryAsync(
            "DROP ROLE IF EXISTS half; CREATE ROLE half LOGIN IN ROLE pg_read_all_settings; " +
            "GRANT ALTER SYSTEM ON PARAMETER ssl, ssl_groups TO half; GRANT SELECT ON pg_file_settings TO half; " +
            "GRANT EXECUTE ON FUNCTION pg_reload_conf(), pg_show_all_file_settings() TO half");
        LiveServer half = await server.LiveOfAsync("half");
        SslSwitch change = await server.PrepareAsync(new SslTarget { IsOn = true, Groups = "prime256v1:secp521r1" }, live: half);
        Assert.Equal(PgSslError.NotProvable, Assert.Throws<PgSslException>(() => change.Check(isForced: false)).Error);

        change.Check(isForced: true);
        SslConfigurationChange made = await change.ApplyAsync(Token);
        Assert.Equal((true, false), (made.IsChanged, made.IsProven));
        Assert.Contains(made.Proofs, proof => proof is { Name: "Values", Outcome: ProofState.NotMade });
    }

    /// <summary>Its log can be read when the change is planned, and tells nothing any more when it is made.</summary>
    [Fact]
    public async Task That_loading_should_have_shown_and_did_not_are_put_back()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(18);
        await server.ApplyAsync(server.On);
        LiveServer live = server.Live with { PostmasterId = null };
        SslSwitch change = await server.PrepareAsync(new SslTarget { IsOn = true, Groups = "prime256v1:secp521r1" }, live: live);
        change.Check(isForced: false);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET log_min_messages = 'panic'");
        await server.Cluster.ReloadAsync();
        string before = server.AutoText;

        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(Token));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("it was not seen whether", failure.Message);
        Assert.Equal(before, server.AutoText);
    }

    /// <summary>A server that starts asks for the passphrase; only a reload does not.</summary>
    [Fact]
    public async Task That_only_a_reload_would_refuse_are_written_into_a_file()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        TestCertificate certificate = SwitchServer.Issue();
        SslTarget target = new()
        {
            IsOn = true,
            CertificatePath = server.Write("encrypted.crt", certificate.ChainPem),
            KeyPath = server.Write("encrypted.key", certificate.EncryptedKeyPem("secret")),
        };
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_passphrase_command"] = "echo secret" });
        try
        {
            if (ServerPlatform.EachProcessReads(server.Cluster.DataDirectory))
            {
                // There each connection would ask for it.
                var refused = Assert.Throws<PgSslException>(() => SslSwitch.PrepareFile(target, server.MainPath, DateTimeOffset.UtcNow));
                Assert.Contains("so no new connection can load it", refused.Message);
                return;
            }
            SslConfigurationChange made = await SslSwitch.PrepareFile(target, server.MainPath, DateTimeOffset.UtcNow).ApplyAsync(Token);
            Assert.True(made.IsChanged);

            // The sandbox writes the file itself before a start.
            await server.Cluster.ConfigureAsync(made.Changes.ToDictionary(change => change.Name, change => change.After));
            await server.DemandRestartAsync();
            Assert.Equal(PgSsl.Certificates.Fingerprint.Of(certificate.Certificate), await server.ServedAsync());
        }
        finally
        {
            await server.Cluster.ConfigureAsync(
                new[] { "ssl_passphrase_command", "ssl", "ssl_cert_file", "ssl_key_file" }.ToDictionary(name => name, _ => (string?)null));
            await server.DemandRestartAsync();
        }
    }

    [Theory]
    [InlineData("HIGH:!aNULL", null)]
    [InlineData("ECDHE+AESGCM", null)]
    [InlineData(null, "secp384r1")]
    public async Task That_are_good_are_proven_without_a_log_and_with_the_same_certificate(string? ciphers, string? groups)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.ApplyAsync(server.On);
        SslConfigurationChange made = await server.ApplyAsync(new SslTarget { IsOn = true, Ciphers = ciphers, Groups = groups });
        Assert.Equal((true, true), (made.IsChanged, made.IsProven));
        Assert.Contains(made.Proofs, proof => proof is { Name: "Values", Outcome: ProofState.Proven });
        Assert.Contains(made.Proofs, proof => proof is { Name: "TlsReload", Outcome: ProofState.NotMade });
    }

    /// <summary>What is found in a log in another language says nothing.</summary>
    [Fact]
    public void A_log_in_a_language_that_is_not_known_proves_nothing()
    {
        const string German =
            "2026-01-01 [1] LOG:  SIGHUP empfangen, Konfigurationsdateien werden neu geladen\n" +
            "2026-01-01 [1] LOG:  konnte Cipher-Liste nicht setzen (keine gültigen Ciphers verfügbar)\n" +
            "2026-01-01 [1] LOG:  SSL-Konfiguration wurde nicht neu geladen\n";
        Assert.Null(ServerLog.FindReasons(German));
    }

    /// <summary>Any role can write into the log.</summary>
    [Fact]
    public void A_reload_that_somebody_else_writes_into_the_log_hides_no_refusal()
    {
        const string Log =
            "[1] LOG:  received SIGHUP, reloading configuration files\n[1] LOG:  could not set the cipher list\n" +
            "[1] LOG:  SSL configuration was not reloaded\n[9] LOG:  received SIGHUP, reloading configuration files\n";
        Assert.Contains("could not set the cipher list", ServerLog.FindReasons(Log)!);
    }

    /// <summary>A multiple of 5 as the prime.</summary>
    private static string TrustedPem() => SwitchServer.RootPem.Replace(" CERTIFICATE", " TRUSTED CERTIFICATE", StringComparison.Ordinal);

    /// <summary>A good prime and a generator.</summary>
    private static string ShortDhPem()
    {
        using RSA rsa = RSA.Create(4096);
        return DhPem("X9.42 DH PARAMETERS", rsa.ExportParameters(true).P!);
    }

    private static string DhPem()
    {
        byte[] number = RandomNumberGenerator.GetBytes(256);
        // Positive, of 2047 bits, and a multiple of 5.
        number[0] = 0x7F;
        number = (new BigInteger(number, isUnsigned: true, isBigEndian: true) / 10 * 10 + 5).ToByteArray(isUnsigned: true, isBigEndian: true);
        return DhPem("DH PARAMETERS", number);
    }

    private static string DhPem(string label, byte[] prime)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(prime);
            writer.WriteInteger(2);
        }
        return PemEncoding.WriteString(label, writer.Encode());
    }
}
