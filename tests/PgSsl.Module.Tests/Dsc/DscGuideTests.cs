using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>The configurations of docs/guides/dsc.md, as they are on the page.</summary>
public partial class DscGuideTests
{
    private static readonly Dictionary<string, string> Configurations =
        Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "guides", "dsc.md")))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    [Fact]
    public async Task From_no_TLS_to_enforced()
    {
        await using DscServer server = await DscServer.RentAsync(
            18, "local all all trust", "host all all 127.0.0.1/32 trust", "host all all 10.0.0.0/8 scram-sha-256");
        TestCertificate issued = server.Authority.Issue(
            LeafOptions.ForHosts("db1.example.com", "localhost") with { IpAddresses = [IPAddress.Loopback] });
        string key = server.WritePrivate("db1.key", issued.KeyPem);
        DscConfiguration configuration = Read("db1", new()
        {
            ["server"] = server.Endpoint,
            ["certificate"] = server.Write("db1.crt", issued.ChainPem),
            ["key"] = key,
        });

        Assert.Equal([false, false, false], await configuration.TestAsync(server.Engine));
        Assert.All(await configuration.SetAsync(server.Engine, isWhatIf: true), would => Assert.NotEmpty(would.WhatIf));
        Assert.Equal(["fingerprint", "ssl", "enforced"], (await configuration.SetAsync(server.Engine)).SelectMany(set => set.Differing));
        Assert.Equal([true, true, true], await configuration.TestAsync(server.Engine));
    }

    [Fact]
    public async Task Roots_of_clients()
    {
        string directory = SandboxDirectory.Create();
        TestAuthority corp = TestAuthority.CreateRoot("Corp Root"), retired = TestAuthority.CreateRoot("Retired Root");
        string file = Path.Combine(directory, "root.crt"), source = Path.Combine(directory, "corp.pem");
        await File.WriteAllTextAsync(file, retired.CertificatePem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(source, corp.CertificatePem, TestContext.Current.CancellationToken);
        var engine = new DscEngine(directory);
        DscConfiguration configuration = Read("app", new()
        {
            ["file"] = file,
            ["root"] = source,
            ["fingerprint"] = FingerprintOf(corp),
            ["retired"] = FingerprintOf(retired),
        });

        await configuration.SetAsync(engine);

        Assert.Equal([true, true], await configuration.TestAsync(engine));
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(corp.CertificatePem.Trim(), text);
        Assert.DoesNotContain(retired.CertificatePem.Trim(), text);
    }

    [Fact]
    public async Task A_password_is_used_and_never_shown()
    {
        const string Password = "s3cret-of-mine";
        await using DscServer server = await DscServer.RentAsync(
            15, "local all all trust", "host all dba 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust");
        await server.Cluster.QueryAsync($"CREATE ROLE dba SUPERUSER LOGIN PASSWORD '{Password}'");
        await server.Engine.SetAsync("PgSsl/ServerCertificate", server.Pair());
        DscConfiguration configuration = Read("remote", new()
        {
            ["server"] = $"host=127.0.0.1 port={server.Cluster.Port} dbname=postgres",
            ["role"] = "dba",
            ["password"] = Password,
        });

        DscComparison set = Assert.Single(await configuration.SetAsync(server.Engine));

        Assert.Equal("TLSv1.3", set.State["minimumProtocol"]!.GetValue<string>());
        Assert.DoesNotContain(Password, set.State.ToJsonString());
        Assert.DoesNotContain(server.Engine.Traces, trace => trace.Text.Contains(Password));
    }

    private static DscConfiguration Read(string name, Dictionary<string, string> parameters) => new(Configurations[name], parameters);

    private static string FingerprintOf(TestAuthority authority) => authority.Certificate.Certificate.GetCertHashString(HashAlgorithmName.SHA256);

    [GeneratedRegex(@"```yaml\n# (\w+)\.dsc\.config\.yaml\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
