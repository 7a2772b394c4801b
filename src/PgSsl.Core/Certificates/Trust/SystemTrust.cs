namespace PgSsl.Certificates.Trust;

/// <summary>
/// What <c>sslrootcert=system</c> trusts: OpenSSL's default file and default directory, each replaced by its own variable
/// (crypto/x509/x509_def.c: SSL_CERT_FILE, SSL_CERT_DIR). If neither is set, the operating system's store, which is also used where
/// OpenSSL has no default locations (Windows, macOS).
/// </summary>
internal static class SystemTrust
{
    // OPENSSLDIR of Debian and Ubuntu, of Fedora and RHEL, and of Alpine, SUSE and Arch.
    private static readonly string[] Directories = ["/usr/lib/ssl", "/etc/pki/tls", "/etc/ssl"];

    /// <summary>Where the roots are, in the order in which OpenSSL looks.</summary>
    public static IReadOnlyList<ITrustSource> Find(Func<string, string?> environment)
    {
        string? file = environment("SSL_CERT_FILE");
        string? directory = environment("SSL_CERT_DIR");
        if (file is null && directory is null)
            return [PlatformStore.Instance];
        return
        [
            ReadFile(file ?? Default("cert.pem", File.Exists)),
            new HashedDirectory(directory ?? Default("certs", Directory.Exists) ?? ""),
        ];
    }

    /// <summary>Has the file of SSL_CERT_FILE read on another thread, if it has changed, while the caller connects.</summary>
    public static void BeginLoading(Func<string, string?> environment)
    {
        if (environment("SSL_CERT_FILE") is { } file)
            Task.Run(() => ReadFile(file));
    }

    private static string? Default(string name, Func<string, bool> exists)
    {
        foreach (string directory in Directories)
        {
            string path = Path.Combine(directory, name);
            if (exists(path))
                return path;
        }
        return null;
    }

    /// <summary>A file that is missing or broken is not an error here: the store is then empty.</summary>
    private static PemContents ReadFile(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return PemContents.Empty;
        try
        {
            return PemFileCache.Shared.Read(path);
        }
        catch (PgSslException)
        {
            return PemContents.Empty;
        }
    }
}
