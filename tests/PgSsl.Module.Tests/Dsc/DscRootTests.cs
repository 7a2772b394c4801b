using System.Security.Cryptography;
using System.Text.Json.Nodes;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>PgSsl/RootCertificate, which needs no server.</summary>
public class DscRootTests
{
    private const string Type = "PgSsl/RootCertificate";

    private readonly DscEngine _engine;
    private readonly string _directory = SandboxDirectory.Create();
    private readonly TestAuthority _authority = TestAuthority.CreateRoot("DSC Client Root");

    public DscRootTests() => _engine = new DscEngine(_directory);

    private string File => Path.Combine(_directory, "root.crt");

    private string Fingerprint => _authority.Certificate.Certificate.GetCertHashString(HashAlgorithmName.SHA256);

    [Fact]
    public async Task A_root_is_installed_listed_and_removed()
    {
        JsonObject asked = Asked(exists: true), gone = Asked(exists: false);

        Assert.False((await _engine.GetAsync(Type, asked))["_exist"]!.GetValue<bool>());
        Assert.Equal(["_exist"], (await _engine.TestAsync(Type, asked)).Differing);
        Assert.Contains((await _engine.SetAsync(Type, asked, isWhatIf: true)).WhatIf, line => line.StartsWith('+'));
        Assert.False(System.IO.File.Exists(File));
        Assert.True((await _engine.SetAsync(Type, asked)).State["_exist"]!.GetValue<bool>());
        Assert.True((await _engine.TestAsync(Type, asked)).IsInDesiredState);

        JsonObject listed = Assert.Single(await _engine.ExportAsync(Type, new JsonObject { ["path"] = File }));
        Assert.Equal(Fingerprint, listed["fingerprint"]!.GetValue<string>());
        Assert.True((await _engine.TestAsync(Type, listed)).IsInDesiredState);

        Assert.Equal(["_exist"], (await _engine.TestAsync(Type, gone)).Differing);
        Assert.Contains(await _engine.DeleteAsync(Type, gone, isWhatIf: true), line => line.StartsWith('-'));
        await _engine.DeleteAsync(Type, gone);
        Assert.True((await _engine.TestAsync(Type, gone)).IsInDesiredState);
        Assert.Empty(await _engine.ExportAsync(Type, new JsonObject { ["path"] = File }));
    }

    [Fact]
    public async Task Another_certificate_than_the_fingerprint_says_is_not_installed()
    {
        JsonObject asked = Asked(exists: true);
        asked["fingerprint"] = new string('A', 64);
        DscException refused = await Assert.ThrowsAsync<DscException>(() => _engine.SetAsync(Type, asked));
        Assert.Equal(4, refused.ExitCode);
        Assert.False(System.IO.File.Exists(File));
    }

    /// <summary>A state that export returned, where somebody has removed the root since.</summary>
    [Fact]
    public async Task A_root_that_is_gone_is_not_as_desired_without_a_source_either()
    {
        JsonObject asked = Asked(exists: true);
        asked.Remove("certificate");

        DscComparison test = await _engine.TestAsync(Type, asked);

        Assert.Equal(["_exist"], test.Differing);
        Assert.False(test.State["_exist"]!.GetValue<bool>());
        Assert.Contains(_engine.Traces, trace => trace.Level == "warn" && trace.Text.Contains("not told where it comes from"));
        Assert.Equal(2, (await Assert.ThrowsAsync<DscException>(() => _engine.SetAsync(Type, asked))).ExitCode);
    }

    private JsonObject Asked(bool exists)
    {
        string source = Path.Combine(_directory, "source.pem");
        System.IO.File.WriteAllText(source, _authority.CertificatePem);
        return new JsonObject { ["fingerprint"] = Fingerprint, ["path"] = File, ["certificate"] = source, ["_exist"] = exists };
    }
}
