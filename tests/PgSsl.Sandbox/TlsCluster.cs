namespace PgSsl.Sandbox;

/// <summary>A cluster with TLS on.</summary>
/// <param name="Cluster">The server.</param>
/// <param name="Root">The root above its certificate; one intermediate is between them.</param>
/// <param name="Certificate">What it serves, with the intermediate.</param>
public sealed record TlsCluster(PostgresCluster Cluster, TestAuthority Root, TestCertificate Certificate);
