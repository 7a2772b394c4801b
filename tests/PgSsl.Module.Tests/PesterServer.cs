using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>A PostgreSQL of the sandbox, as the Pester files see it. The name of each property follows the server's: GoodPort, HbaKeptFile.</summary>
/// <param name="Cluster">The server; not for the Pester files.</param>
/// <param name="Host">The name or address that the Pester files call it by.</param>
internal sealed record PesterServer(PostgresCluster Cluster, string Host)
{
    /// <summary>Host and port; this is what the server's own name stands for.</summary>
    public string Address => $"{Host}:{Cluster.Port}";

    /// <summary>Its port.</summary>
    public string Port => $"{Cluster.Port}";

    /// <summary>Its pg_hba.conf.</summary>
    public string File => Cluster.HbaPath;

    /// <summary>
    /// The directory of its socket, over which superuser postgres always gets in. On Windows its address, over which the sandbox's own role does.
    /// </summary>
    public string Socket => WindowsWays.Apply ? Cluster.Host : Cluster.SocketDirectory;

    /// <summary>Its data directory.</summary>
    public string Data => Cluster.DataDirectory;

    /// <summary>Its data directory, as the tests of Enable-PgSsl call it.</summary>
    public string Directory => Data;
}
