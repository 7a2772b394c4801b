using System.Text;

namespace PgSsl.Sandbox.Playground;

/// <summary>
/// A server for each of the <see cref="Scenarios"/>, and the files that lead to them. They end with this process.
/// </summary>
internal sealed class Estate : IAsyncDisposable
{
    private Estate(IReadOnlyList<EstateServer> servers) => Servers = servers;

    public IReadOnlyList<EstateServer> Servers { get; }

    public string RootCertificatePath => Servers[0].RootCertificatePath;

    /// <summary>Starts all servers side by side.</summary>
    /// <exception cref="SandboxException">One did not start; none is left running.</exception>
    public static async Task<Estate> StartAsync(PostgresInstallation installation)
    {
        var scenarios = new Scenarios();
        Task<PostgresCluster>[] starts = [.. scenarios.All.Select(_ => PostgresCluster.StartAsync(installation))];
        try
        {
            PostgresCluster[] clusters = await Task.WhenAll(starts);
            await Task.WhenAll(scenarios.All.Zip(clusters, (scenario, cluster) => scenario.PrepareAsync(cluster)));

            // In the first server's directory, so that the file goes when the server goes, even when this process is killed.
            string root = FileBeside(clusters[0], "root.crt");
            await File.WriteAllTextAsync(root, scenarios.RootPem);
            return new Estate([.. scenarios.All.Zip(clusters, (scenario, cluster) => new EstateServer(scenario, cluster, root))]);
        }
        catch
        {
            foreach (Task<PostgresCluster> start in starts.Where(start => start.IsCompletedSuccessfully))
                await (await start).DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Writes a script that gives a PowerShell session the module and the variables <c>$Good</c>, <c>$SelfSigned</c> …,
    /// <c>$Servers</c> (all of them), <c>$Root</c> and <c>$StaleFile</c> (the certificate that the stale server does not serve).
    /// </summary>
    /// <returns>Its path.</returns>
    public async Task<string> WriteSessionScriptAsync(string manifestPath)
    {
        var script = new StringBuilder();
        script.Append("Import-Module ").Append(Quote(manifestPath)).Append(" -ErrorAction Stop\n");
        script.Append("$Root = ").Append(Quote(RootCertificatePath)).Append('\n');
        foreach (EstateServer server in Servers)
            script.Append('$').Append(server.Scenario.Name).Append(" = ").Append(Quote(server.Conninfo)).Append('\n');
        script.Append("$Servers = ").AppendJoin(", ", Servers.Select(server => "$" + server.Scenario.Name)).Append('\n');
        PostgresCluster stale = Servers.Single(server => server.Scenario.Name == "Stale").Cluster;
        script.Append("$StaleFile = ").Append(Quote(Path.Combine(stale.DataDirectory, "server.crt"))).Append('\n');

        string path = FileBeside(Servers[0].Cluster, "playground.ps1");
        await File.WriteAllTextAsync(path, script.ToString());
        return path;
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(Servers.Select(server => server.Cluster.DisposeAsync().AsTask()));

    private static string FileBeside(PostgresCluster cluster, string name) =>
        Path.Combine(Path.GetDirectoryName(cluster.DataDirectory)!, name);

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
