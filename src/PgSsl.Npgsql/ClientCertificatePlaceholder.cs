using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Probing;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;

namespace PgSsl.Sql;

/// <summary>
/// Keeps Npgsql from reading a client certificate. Before we can configure the handshake, it loads the one of PGSSLCERT or of ~/.postgresql itself,
/// and fails on files that libpq accepts (a DER key, sslcertmode=disable, a missing file). Nothing turns that off, so it gets a meaningless
/// certificate to load, which <see cref="ServerCheck"/> then replaces: it never leaves this machine.
/// </summary>
internal sealed class ClientCertificatePlaceholder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pgssl-");

    private ClientCertificatePlaceholder()
    {
        Path = System.IO.Path.Combine(_directory.FullName, "placeholder.pem");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new DotNetRequest("CN=placeholder", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(5));
        // Only its owner can use the directory, and nobody uses the key.
        File.WriteAllText(Path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    /// <summary>A file with the certificate and its key.</summary>
    public string Path { get; }

    /// <summary>Makes one if Npgsql would find a client certificate by itself; null if it finds none, which is the usual case.</summary>
    public static ClientCertificatePlaceholder? WhereNeeded(Transport transport) =>
        transport == Transport.Tls && NpgsqlFindsCertificate() ? new() : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A virus scanner may have it open. It is worthless, and in the directory for temporary files.
        }
    }

    // NpgsqlConnector.NegotiateEncryption and PostgresEnvironment.SslCert, SslCertDefault.
    private static bool NpgsqlFindsCertificate()
    {
        if (Environment.GetEnvironmentVariable("PGSSLCERT") is not null)
            return true;
        (string home, string folder) = OperatingSystem.IsWindows() ? ("APPDATA", "postgresql") : ("HOME", ".postgresql");
        return Environment.GetEnvironmentVariable(home) is { } directory
            && File.Exists(System.IO.Path.Combine(directory, folder, "postgresql.crt"));
    }
}
