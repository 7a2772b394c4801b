using System.Text.Json.Nodes;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>A server of its own for a test, a CA, a pair that it issued, and the engine.</summary>
internal sealed class DscServer : IAsyncDisposable
{
    private readonly string _directory;

    private DscServer(PostgresCluster cluster, string directory)
    {
        (Cluster, _directory) = (cluster, directory);
        Authority = TestAuthority.CreateRoot("DSC Root CA");
        Root = Write("root.crt", Authority.CertificatePem);
        (Certificate, Key) = Issue("new");
        Directory.CreateDirectory(Home);
        Engine = new DscEngine(Home);
    }

    public PostgresCluster Cluster { get; }

    public DscEngine Engine { get; }

    public TestAuthority Authority { get; }

    public string Root { get; }

    public string Certificate { get; }

    public string Key { get; }

    public string Home => Path.Combine(_directory, "home");

    public string Endpoint => $"host=127.0.0.1 port={Cluster.Port} user=postgres dbname=postgres";

    /// <param name="major">The version.</param>
    /// <param name="hba">The rules.</param>
    public static async Task<DscServer> RentAsync(int major = 15, params string[] hba)
    {
        Availability<PostgresInstallation> installation = await PostgresInstallation.FindAsync(major);
        ClusterOptions options = hba.Length > 0 ? new ClusterOptions { Hba = hba } : new ClusterOptions();
        return new DscServer(await ClusterPool.RentAsync(installation.OrSkip(Assert.Skip), options), SandboxDirectory.Create());
    }

    /// <summary>Properties with the endpoint.</summary>
    public JsonObject Properties(params (string Name, JsonNode? Value)[] further)
    {
        var properties = new JsonObject { ["endpoint"] = Endpoint };
        foreach ((string name, JsonNode? value) in further)
            properties[name] = value;
        return properties;
    }

    /// <summary>The properties of the pair.</summary>
    public JsonObject Pair() => Properties(("certificate", Certificate), ("keyPath", Key), ("rootCertificate", Root));

    /// <summary>Another pair, for localhost and the loopback addresses.</summary>
    public (string Certificate, string Key) Issue(string name)
    {
        TestCertificate issued = Authority.Issue(LeafOptions.ForLoopback());
        return (Write($"{name}.crt", issued.ChainPem), WritePrivate($"{name}.key", issued.KeyPem));
    }

    public string WritePrivate(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        SandboxDirectory.WritePrivate(path, text);
        return path;
    }

    public string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
