using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// What <c>sslrootcert=system</c> trusts: OpenSSL's default file and default directory, each replaced by its own variable
/// (crypto/x509/x509_def.c: SSL_CERT_FILE, SSL_CERT_DIR). Without either, the operating system's store, which also stands in where
/// OpenSSL has no default locations (Windows, macOS).
/// </summary>
internal static class SystemTrust
{
    // OPENSSLDIR of Debian and Ubuntu, of Fedora and RHEL, and of Alpine, SUSE and Arch.
    private static readonly string[] Directories = ["/usr/lib/ssl", "/etc/pki/tls", "/etc/ssl"];

    private static readonly Lazy<IReadOnlyList<TrustAnchor>> Store = new(ReadStore);

    public static (IReadOnlyList<TrustAnchor> Anchors, IReadOnlyList<CertificateRevocationList> Crls) Read(Func<string, string?> environment)
    {
        string? file = environment("SSL_CERT_FILE");
        string? directory = environment("SSL_CERT_DIR");
        if (file is null && directory is null)
            return (Store.Value, []);

        (IReadOnlyList<TrustAnchor> anchors, IReadOnlyList<CertificateRevocationList> crls) = ReadFile(file ?? Default("cert.pem", File.Exists));
        var hashed = HashedDirectory.Read(directory ?? Default("certs", Directory.Exists) ?? "");
        return ([.. anchors, .. hashed.Anchors], [.. crls, .. hashed.Crls]);
    }

    private static string? Default(string name, Func<string, bool> exists) =>
        Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(exists);

    /// <summary>A file that is missing or broken is no error here: the store is then empty.</summary>
    private static (IReadOnlyList<TrustAnchor>, IReadOnlyList<CertificateRevocationList>) ReadFile(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return ([], []);
        try
        {
            PemContents contents = PemFile.Read(path);
            return (contents.Anchors, contents.Crls);
        }
        catch (PgSslException)
        {
            return ([], []);
        }
    }

    private static List<TrustAnchor> ReadStore()
    {
        var anchors = new List<TrustAnchor>();
        foreach (StoreLocation location in new[] { StoreLocation.LocalMachine, StoreLocation.CurrentUser })
        {
            try
            {
                using var store = new X509Store(StoreName.Root, location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                anchors.AddRange(store.Certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()
                    .Select(certificate => new TrustAnchor(certificate, null)));
            }
            catch (CryptographicException)
            {
                // A store that does not exist holds nothing.
            }
        }
        return anchors;
    }
}
