using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>A certificate made for a test, with its key.</summary>
public sealed record MintedCertificate(X509Certificate2 Certificate, MintedKey Key, byte[] Subject, byte[] KeyIdentifier)
{
    public string Pem => Certificate.ExportCertificatePem() + "\n";
}
