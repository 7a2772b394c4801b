namespace PgSsl.Sandbox.Playground;

/// <summary>A running server of the playground.</summary>
/// <param name="Scenario">What is special about it.</param>
/// <param name="Cluster">The server.</param>
/// <param name="RootCertificatePath">The root file that its clients trust.</param>
internal sealed record EstateServer(Scenario Scenario, PostgresCluster Cluster, string RootCertificatePath)
{
    /// <summary>How psql and PgSsl reach it.</summary>
    public string Conninfo =>
        $"host=localhost port={Cluster.Port} user=postgres dbname=postgres sslmode=verify-full "
        + $"sslrootcert={Quote(RootCertificatePath)}";

    // The temporary directory's path may hold blanks; libpq takes quoted values (conninfo syntax, PQconnectdb).
    private static string Quote(string value) => value.Contains(' ') || value.Contains('\\')
        ? $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
        : value;
}
