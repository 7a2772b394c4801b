using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>Gives a cluster its certificate.</summary>
public static class ClusterCertificates
{
    /// <summary>
    /// Installs certificate and key as server.crt and server.key, turns TLS on, and waits until exactly this certificate is
    /// served.
    /// </summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="chainPem">The server's certificate first, then what else it shall send.</param>
    /// <param name="keyPem">Its private key.</param>
    /// <param name="caPem">Roots for client certificates; null for none: the server then asks for no client certificate.</param>
    /// <param name="crlPem">Revocation list for client certificates.</param>
    /// <exception cref="SandboxException">The server does not serve it; the message ends with its log.</exception>
    public static async Task InstallCertificateAsync(
        this PostgresCluster cluster, string chainPem, string keyPem, string? caPem = null, string? crlPem = null)
    {
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.crt"), chainPem);
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.key"), keyPem);
        await cluster.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl"] = "on",
            ["ssl_ca_file"] = WriteOptional(cluster, "root.crt", caPem),
            ["ssl_crl_file"] = WriteOptional(cluster, "root.crl", crlPem),
        });

        using X509Certificate2? served = await CertificateProbe.ReadAsync(cluster.Port);
        using var expected = X509Certificate2.CreateFromPem(chainPem);
        if (served is null || !served.RawDataMemory.Span.SequenceEqual(expected.RawDataMemory.Span))
            throw cluster.Failure($"The server does not serve the certificate of {expected.Subject} that was installed.");
    }

    /// <summary>The same, from a minted certificate.</summary>
    public static Task InstallCertificateAsync(
        this PostgresCluster cluster, TestCertificate certificate, string? caPem = null, string? crlPem = null) =>
        cluster.InstallCertificateAsync(certificate.ChainPem, certificate.KeyPem, caPem, crlPem);

    private static string? WriteOptional(PostgresCluster cluster, string name, string? pem)
    {
        if (pem is null)
            return null;
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, name), pem);
        return name;
    }
}
