using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Requests;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>Every key, request and certificate over the whole space of parameters, as openssl reads it.</summary>
public sealed class OpenSslAgreementTests : IDisposable
{
    private const string Passphrase = "correct hörse";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 5, 6, TimeSpan.Zero);

    private static readonly Case[] Cases =
    [
        new(new() { CommonName = "db1.example.com" }, "CN=db1.example.com", "DNS:db1.example.com", ""),
        new(
            new() { CommonName = "app", Organization = " ACME, \"Inc.\" + Co ", Country = "US" },
            @"CN=app,O=\ ACME\, \""Inc.\"" \+ Co\ ,C=US", "DNS:app", ""),
        new(
            new()
            {
                Subject = @"CN=Lučić,OU=日本+L=Köln,O=\#1\\", DnsNames = ["münchen.test", "*.db_1.test"], IPAddresses = ["10.0.0.1", "::1"],
            },
            @"CN=Lučić,OU=日本+L=Köln,O=\#1\\",
            "DNS:xn--lui-spa2a, DNS:xn--mnchen-3ya.test, DNS:*.db_1.test, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1",
            "DNS:xn--mnchen-3ya.test, DNS:*.db_1.test, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1"),
        new(
            new() { Subject = "/DC=test/DC=x/CN=a b/emailAddress=a@x.test", DnsNames = ["a.x.test"] },
            "emailAddress=a@x.test,CN=a b,DC=x,DC=test", "DNS:a.x.test", "DNS:a.x.test, email:a@x.test"),
    ];

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Algorithms => [.. KeyAlgorithms.Names];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Openssl_reads_what_was_meant(string algorithm)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        using var key = GeneratedKeys.Get(algorithm);
        _directory.Write("clear.key", key.ExportPem(default));
        _directory.Write("encrypted.key", key.ExportPem(Passphrase));
        string[] facts = Run(
            "openssl pkey -in clear.key -check -noout",
            // The same key: whether it is valid takes seconds to find out.
            $"openssl pkey -in encrypted.key -passin 'pass:{Passphrase}' -out decrypted.key && " +
                "openssl pkey -in clear.key | cmp - decrypted.key && echo same",
            "openssl pkey -in encrypted.key -passin pass:wrong -noout 2>&1 | head -1",
            "openssl asn1parse -in encrypted.key | grep -oE ':(PBES2|PBKDF2|hmacWithSHA256|aes-256-cbc|0927C0)' | tr -d '\\n'",
            "head -1 encrypted.key; openssl pkey -in clear.key -pubout -outform DER | openssl dgst -sha256 -r | cut -c1-64");
        Assert.Equal("Key is valid", facts[0]);
        Assert.Equal("same", facts[1]);
        Assert.NotEmpty(facts[2]);
        Assert.Equal(":PBES2:PBKDF2:0927C0:hmacWithSHA256:aes-256-cbc", facts[3]);
        Assert.Equal("-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + key.SpkiSha256, facts[4].Replace(key.SpkiSha256.ToLowerInvariant(), key.SpkiSha256));

        foreach (CertificateRole role in Enum.GetValues<CertificateRole>())
        {
            foreach (Case item in Cases)
                Check(key, item with { Naming = item.Naming with { Role = role } });
        }
    }

    private void Check(CertificateKey key, Case item)
    {
        var profile = CertificateProfile.Create(item.Naming);
        string requestPem = profile.CreateRequestPem(key);
        using X509Certificate2 certificate = profile.CreateSelfSigned(key, 30, Now);
        _directory.Write("r.csr", requestPem);
        _directory.Write("c.crt", certificate.ExportCertificatePem());

        const string Names = "-noout -subject -nameopt RFC2253,-esc_msb,utf8";
        string[] facts = Run(
            $"openssl req -in r.csr -verify {Names} 2>&1",
            "openssl req -in r.csr -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -c1-64",
            "openssl req -in r.csr -noout -text | sed -n '/Requested Extensions/,/Signature Algorithm/p' | sed 's/^ *//; s/ *$//' | sed '1d;$d'",
            $"openssl x509 -in c.crt {Names} -dates -serial -ext basicConstraints,keyUsage,extendedKeyUsage,subjectAltName | sed 's/^ *//; s/ *$//'",
            $"openssl verify -CAfile c.crt -attime {Now.ToUnixTimeSeconds()} c.crt");

        Assert.Equal($"Certificate request self-signature verify OK\nsubject={item.Subject}", facts[0]);
        Assert.Equal(key.SpkiSha256, facts[1].ToUpperInvariant());
        Assert.Equal(Extensions(item, KeyUsage(key)), facts[2]);
        string[] lines = facts[3].Split('\n', 5);
        Assert.Equal($"subject={item.Subject}", lines[0]);
        Assert.Equal(["notBefore=Nov 22 04:00:06 2026 GMT", "notAfter=Dec 22 04:05:06 2026 GMT"], lines[1..3]);
        Assert.Matches("^serial=[4-7][0-9A-F]{31}$", lines[3]);
        Assert.Equal(Extensions(item, keyUsage: null), lines[4]);
        Assert.Equal("c.crt: OK", facts[4]);
        Assert.DoesNotContain('\r', requestPem);
    }

    private static string KeyUsage(CertificateKey key) =>
        key.Algorithm.StartsWith("rsa", StringComparison.Ordinal) ? "Digital Signature, Key Encipherment" : "Digital Signature";

    private static string Extensions(Case item, string? keyUsage)
    {
        string purposes = item.Naming.Role switch
        {
            CertificateRole.Server => "TLS Web Server Authentication",
            CertificateRole.Client => "TLS Web Client Authentication",
            _ => "TLS Web Server Authentication, TLS Web Client Authentication",
        };
        string alternativeNames = item.Naming.Role == CertificateRole.Server ? item.ServerNames : item.RoleNames;
        string text = $"X509v3 Basic Constraints: critical\nCA:FALSE\nX509v3 Extended Key Usage:\n{purposes}";
        if (alternativeNames.Length > 0)
            text += $"\nX509v3 Subject Alternative Name:\n{alternativeNames}";
        return keyUsage is null ? text : $"{text}\nX509v3 Key Usage: critical\n{keyUsage}";
    }

    private string[] Run(params string[] commands)
    {
        var script = new StringBuilder();
        foreach (string command in commands)
            script.Append(CultureInfo.InvariantCulture, $"{command}\necho '{OpenSslJudge.Separator}'\n");
        string[] output = OpenSslJudge.Run(_directory.Path, script.ToString()).Split(OpenSslJudge.Separator);
        return [.. output.Take(commands.Length).Select(text => text.Trim('\n'))];
    }

    /// <param name="Naming">What is asked for.</param>
    /// <param name="Subject">As openssl prints it.</param>
    /// <param name="ServerNames">The alternative names of a server, as openssl prints them.</param>
    /// <param name="RoleNames">Those of a client or a standby, whose common name is no host.</param>
    private sealed record Case(CertificateNaming Naming, string Subject, string ServerNames, string RoleNames);
}
