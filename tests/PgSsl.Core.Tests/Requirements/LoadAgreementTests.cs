using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests.Requirements;

/// <summary>The real server is the judge: where it loads files that we say it refuses, or the other way round, we are wrong.</summary>
public class LoadAgreementTests
{
    private static readonly TestCertificate Before = TestAuthority.CreateRoot("Before Root").Issue(LeafOptions.ForHosts("before.test"));

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (int major in new[] { 15, 18 })
                foreach (string name in DeployedFiles.All.Keys)
                    cases.Add(major, name);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_loads_what_meets_its_requirements(int major, string name)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(major, "deployments")).OrSkip(Assert.Skip);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files that a server on Windows refuses show in its next connection only.");
        Assert.SkipUnless(name != "Ed25519" || ProcessRunner.IsOnPath("openssl"), "openssl is not installed, and .NET makes no Ed25519 keys.");
        DeployedFiles files = DeployedFiles.All[name]();
        Assert.SkipWhen(files.NeedsRoot && !Environment.IsPrivilegedProcess, "Only root gives files away.");
        (string certificate, string key) = (Path.Combine(cluster.DataDirectory, "server.crt"), Path.Combine(cluster.DataDirectory, "server.key"));
        Remove(certificate, key);
        await cluster.InstallCertificateAsync(Before);
        Write(certificate, files.Certificate);
        Write(key, files.Key);
        files.Arrange(certificate, key);
        await cluster.ConfigureAsync(files.Settings);

        bool isLoaded = await ReloadAsync(cluster);
        IReadOnlyList<ServerCertificateRequirement> requirements = ServerCertificateCheck.Judge(
            ServerCertificateFacts.Read(certificate, key) with { Server = ConditionsOf(cluster, files) });
        await cluster.ConfigureAsync(files.Settings.Keys.ToDictionary(setting => setting, _ => (string?)null));
        Remove(certificate, key);

        string[] unmet =
        [
            .. requirements
                .Where(one => one.IsMet == false && (one.Source == RequirementSource.Server || one.Requirement == Requirement.KeyReload.Name))
                .Select(one => one.ToString()),
        ];
        Assert.True(
            isLoaded == (unmet.Length == 0) || (isLoaded && files.DependsOnOpenSsl),
            $"loaded: {isLoaded}; {string.Join("; ", unmet)}\n{cluster.ReadLog()[^800..]}");
        Assert.All(requirements, one => Assert.False(one.IsMet == false && string.IsNullOrEmpty(one.Remedy), one.Requirement));
    }

    private static ServerConditions ConditionsOf(PostgresCluster cluster, DeployedFiles files) => new()
    {
        // The sandbox starts servers without the account's other groups.
        Account = UnixAccount.OwnerOf(cluster.DataDirectory) is { } account ? account with { GroupIds = [account.GroupId] } : null,
        Version = new ServerVersion(cluster.Installation.Major * 10_000),
        IsWindows = false,
        PassphraseCommand = files.Settings.GetValueOrDefault("ssl_passphrase_command") ?? "",
        PassphraseSupportsReload = files.Settings.ContainsKey("ssl_passphrase_command_supports_reload"),
    };

    private static async Task<bool> ReloadAsync(PostgresCluster cluster)
    {
        long before = new FileInfo(cluster.LogPath).Length;
        await cluster.ReloadAsync();
        return !cluster.ReadLog(before).Contains("SSL configuration was not reloaded", StringComparison.Ordinal);
    }

    private static void Write(string path, byte[]? content)
    {
        if (content is null)
        {
            File.Delete(path);
            return;
        }
        SandboxDirectory.WritePrivate(path, "");
        File.WriteAllBytes(path, content);
    }

    private static void Remove(params string[] paths)
    {
        foreach (string path in paths)
        {
            File.Delete(path + ".real");
            if (Directory.Exists(path))
                Directory.Delete(path);
            else
                File.Delete(path);
        }
    }
}
