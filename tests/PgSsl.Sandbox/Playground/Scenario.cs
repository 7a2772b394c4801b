namespace PgSsl.Sandbox.Playground;

/// <summary>One way in which a server's TLS can be right or wrong.</summary>
/// <param name="Name">The name of the PowerShell variable that leads to the server, without its $.</param>
/// <param name="Description">What is special about the server, in a few words.</param>
/// <param name="PrepareAsync">Makes a fresh cluster (TLS off, everybody trusted) so.</param>
internal sealed record Scenario(string Name, string Description, Func<PostgresCluster, Task> PrepareAsync);
