using System.Text.Json.Nodes;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>The resources on real servers, as the engine of DSC v3 would run them.</summary>
public class DscResourceTests
{
    private const string Certificate = "PgSsl/ServerCertificate", Tls = "PgSsl/SslConfiguration", Rules = "PgSsl/HbaSsl";

    [Theory, InlineData(15), InlineData(18)]
    public async Task A_server_goes_from_no_TLS_to_enforced_and_stays(int major)
    {
        await using DscServer server = await DscServer.RentAsync(
            major, "local all all trust", "host all all 127.0.0.1/32 trust", "host all all 10.0.0.0/8 scram-sha-256");
        DscEngine engine = server.Engine;
        JsonObject tls = server.Properties(("ssl", true), ("minimumProtocol", "TLSv1.2")), rules = server.Properties(("rejectPlaintext", true));

        Assert.Equal(["fingerprint"], (await engine.TestAsync(Certificate, server.Pair())).Differing);
        Assert.Equal(["ssl"], (await engine.TestAsync(Tls, tls)).Differing);
        Assert.Equal(["enforced"], (await engine.TestAsync(Rules, rules)).Differing);

        Assert.Equal(["fingerprint"], (await engine.SetAsync(Certificate, server.Pair())).Differing);
        Assert.Equal(["ssl"], (await engine.SetAsync(Tls, tls)).Differing);
        DscComparison enforced = await engine.SetAsync(Rules, rules);
        Assert.Equal(["enforced"], enforced.Differing);
        Assert.NotEmpty(enforced.Before!["plaintextRules"]!.AsArray());

        Assert.Contains("hostnossl", await File.ReadAllTextAsync(server.Cluster.HbaPath, TestContext.Current.CancellationToken));
        Assert.Equal("on", Assert.Single(await server.Cluster.QueryAsync("SHOW ssl"))[0]);
        foreach ((string type, JsonObject properties) in new[] { (Certificate, server.Pair()), (Tls, tls), (Rules, rules) })
        {
            Assert.True((await engine.TestAsync(type, properties)).IsInDesiredState, type);
            Assert.Empty((await engine.SetAsync(type, properties)).Differing);
        }
    }

    [Fact]
    public async Task What_if_says_what_would_be_done_and_does_nothing()
    {
        await using DscServer server = await DscServer.RentAsync(
            15, "local all all trust", "host all all 127.0.0.1/32 trust", "host all all 10.0.0.0/8 scram-sha-256");
        Dictionary<string, DateTime> before = FilesOf(server);

        DscComparison pair = await server.Engine.SetAsync(Certificate, server.Pair(), isWhatIf: true);
        DscComparison tls = await server.Engine.SetAsync(Tls, server.Properties(), isWhatIf: true);
        DscComparison rules = await server.Engine.SetAsync(Rules, server.Properties(("rejectPlaintext", true)), isWhatIf: true);

        Assert.Contains(pair.WhatIf, line => line.StartsWith("Create ", StringComparison.Ordinal) && line.Contains("server.key"));
        // What an earlier resource of the same configuration would make is missing yet.
        Assert.StartsWith("As things are now, this is not possible: ", Assert.Single(tls.WhatIf));
        Assert.StartsWith("As things are now, this is not possible: ", Assert.Single(rules.WhatIf));
        Assert.Equal(before, FilesOf(server));
    }

    [Fact]
    public async Task A_change_that_locks_somebody_out_is_refused_with_its_own_exit_code_and_made_by_force()
    {
        await using DscServer server = await DscServer.RentAsync(15, "local all all trust", "host all all 127.0.0.1/32 trust");
        await server.Engine.SetAsync(Certificate, server.Pair());
        await server.Engine.SetAsync(Tls, server.Properties());
        // No role has a password.
        JsonObject asked = server.Properties(("includeLoopback", true), ("authenticationMethod", "scram-sha-256"));
        asked["endpoint"] = $"host={server.Cluster.SocketDirectory} port={server.Cluster.Port} user=postgres dbname=postgres";

        DscException refused = await Assert.ThrowsAsync<DscException>(() => server.Engine.SetAsync(Rules, asked));

        Assert.Equal(4, refused.ExitCode);
        Assert.Contains(server.Engine.Traces, trace => trace.Level == "error" && trace.Text.Contains("-Force"));
        Assert.Equal(["enforced"], (await server.Engine.TestAsync(Rules, asked)).Differing);
        asked["force"] = true;
        Assert.Equal(["enforced"], (await server.Engine.SetAsync(Rules, asked)).Differing);
    }

    [Fact]
    public async Task A_renewal_is_another_fingerprint()
    {
        await using DscServer server = await DscServer.RentAsync();
        await server.Engine.SetAsync(Certificate, server.Pair());
        await server.Engine.SetAsync(Tls, server.Properties());
        string old = (await server.Engine.GetAsync(Certificate, server.Pair()))["servedFingerprint"]!.GetValue<string>();
        JsonObject renewed = server.Pair();
        (string certificate, string key) = server.Issue("renewed");
        (renewed["certificate"], renewed["keyPath"]) = (certificate, key);

        DscComparison test = await server.Engine.TestAsync(Certificate, renewed);
        DscComparison set = await server.Engine.SetAsync(Certificate, renewed);

        Assert.Equal(old, test.State["fingerprint"]!.GetValue<string>());
        Assert.Equal(["fingerprint"], set.Differing);
        Assert.NotEqual(old, set.State["servedFingerprint"]!.GetValue<string>());
        Assert.Equal(set.State["fingerprint"]!.GetValue<string>(), set.State["servedFingerprint"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_is_in_the_files_and_not_loaded_is_not_as_desired()
    {
        await using DscServer server = await DscServer.RentAsync();
        await server.Engine.SetAsync(Certificate, server.Pair());
        await server.Engine.SetAsync(Tls, server.Properties());
        (string certificate, string key) = server.Issue("placed");
        // Somebody copied the new pair over the old one, and reloaded nothing.
        await CopyOverAsync(certificate, Path.Combine(server.Cluster.DataDirectory, "server.crt"));
        await CopyOverAsync(key, Path.Combine(server.Cluster.DataDirectory, "server.key"));
        JsonObject asked = server.Pair();
        (asked["certificate"], asked["keyPath"]) = (certificate, key);

        Assert.Equal(["certificate"], (await server.Engine.TestAsync(Certificate, asked)).Differing);
        Assert.Equal(["isDrifted"], (await server.Engine.TestAsync(Tls, server.Properties())).Differing);
        await server.Engine.SetAsync(Certificate, asked);
        Assert.True((await server.Engine.TestAsync(Certificate, asked)).IsInDesiredState);
        Assert.True((await server.Engine.TestAsync(Tls, server.Properties())).IsInDesiredState);
    }

    [Fact]
    public async Task TLS_is_switched_off_as_well()
    {
        await using DscServer server = await DscServer.RentAsync(15, "local all all trust", "host all all 127.0.0.1/32 trust");
        await server.Engine.SetAsync(Certificate, server.Pair());
        await server.Engine.SetAsync(Tls, server.Properties());

        DscComparison off = await server.Engine.SetAsync(Tls, server.Properties(("ssl", false), ("force", true)));

        Assert.Equal(["ssl"], off.Differing);
        Assert.False(off.State["ssl"]!.GetValue<bool>());
        Assert.True((await server.Engine.TestAsync(Tls, server.Properties(("ssl", false)))).IsInDesiredState);
    }

    [Fact]
    public async Task A_state_is_a_configuration()
    {
        await using DscServer server = await DscServer.RentAsync();
        await server.Engine.SetAsync(Certificate, server.Pair());
        await server.Engine.SetAsync(Tls, server.Properties());

        JsonObject state = await server.Engine.GetAsync(Tls, server.Properties());

        Assert.True((await server.Engine.TestAsync(Tls, state)).IsInDesiredState);
    }

    /// <summary>What is asked for is no fact.</summary>
    [Fact]
    public async Task A_state_has_what_the_server_has_and_not_what_was_asked_for()
    {
        await using DscServer server = await DscServer.RentAsync();
        JsonObject asked = server.Properties(("caPath", "/nowhere/ca.crt"), ("dhParametersPath", "/nowhere/dh"), ("minimumProtocol", "TLSv1.3"));

        JsonObject got = await server.Engine.GetAsync(Tls, asked);
        DscComparison test = await server.Engine.TestAsync(Tls, asked);

        foreach (JsonObject state in new[] { got, test.State })
        {
            Assert.False(state["ssl"]!.GetValue<bool>());
            Assert.Equal("", state["caPath"]!.GetValue<string>());
            Assert.Equal("", state["dhParametersPath"]!.GetValue<string>());
            Assert.Equal("TLSv1.2", state["minimumProtocol"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task A_state_has_nothing_of_a_file_that_is_not_in_it()
    {
        string file = Path.Combine(SandboxDirectory.Create(), "postgresql.conf");
        await File.WriteAllTextAsync(file, "port = 5432\n", TestContext.Current.CancellationToken);
        JsonObject asked = new() { ["configurationPath"] = file, ["ssl"] = true };
        JsonObject state = await new DscEngine(SandboxDirectory.Create()).GetAsync(Tls, asked);
        Assert.NotEqual(true, state["ssl"]?.GetValue<bool>());
    }

    /// <summary>caPath of SslConfiguration sets ssl_ca_file, earlier in the same configuration.</summary>
    [Fact]
    public async Task Client_certificates_are_tested_before_the_server_can_verify_them()
    {
        await using DscServer server = await DscServer.RentAsync(
            15, "local all all trust", "host all all 127.0.0.1/32 trust", "host all all 10.0.0.0/8 scram-sha-256");
        await server.Engine.SetAsync(Certificate, server.Pair());
        await server.Engine.SetAsync(Tls, server.Properties());
        JsonObject rules = server.Properties(("clientCertificate", "verify-full"));

        Assert.Equal(["enforced"], (await server.Engine.TestAsync(Rules, rules)).Differing);
        Assert.StartsWith("As things are now, ", Assert.Single((await server.Engine.SetAsync(Rules, rules, isWhatIf: true)).WhatIf));
        Assert.Equal(4, (await Assert.ThrowsAsync<DscException>(() => server.Engine.SetAsync(Rules, rules))).ExitCode);

        string ca = Path.Combine(server.Cluster.DataDirectory, "clients.crt");
        File.Copy(server.Root, ca);
        await server.Engine.SetAsync(Tls, server.Properties(("caPath", ca)));
        Assert.Equal(["enforced"], (await server.Engine.TestAsync(Rules, rules)).Differing);
        DscComparison set = await server.Engine.SetAsync(Rules, rules);
        Assert.Equal(["enforced"], set.Differing);
        Assert.True(set.State["enforced"]!.GetValue<bool>());
    }

    private static async Task CopyOverAsync(string source, string target)
    {
        // The owner and the mode of the old file stay.
        await using FileStream file = new(target, FileMode.Truncate, FileAccess.Write);
        await file.WriteAsync(await File.ReadAllBytesAsync(source));
    }

    private static Dictionary<string, DateTime> FilesOf(DscServer server) => Directory.GetFiles(server.Cluster.DataDirectory)
        .ToDictionary(path => path, File.GetLastWriteTimeUtc);
}
