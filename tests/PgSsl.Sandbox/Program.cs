using PgSsl.Sandbox;
using PgSsl.Sandbox.Playground;

// For the test of what happens when this process is killed: a cluster, where it is, and then nothing more.
if (args is ["--hold-cluster"])
{
    PostgresInstallation installation = (await PostgresInstallation.FindAsync())[0];
    await using PostgresCluster cluster = await PostgresCluster.StartAsync(installation);
    Console.WriteLine($"{cluster.ProcessId} {cluster.DataDirectory}");
    await Task.Delay(Timeout.Infinite);
}

if (args is ["--psql", var library, .. var options])
    return LibpqShell.Run(library, options);

return await PlaygroundProgram.RunAsync(args);
