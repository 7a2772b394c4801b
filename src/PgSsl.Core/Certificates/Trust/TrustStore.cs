using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// What a libpq client trusts: the content of <c>sslrootcert</c> and, where one could be loaded, of <c>sslcrl</c> and
/// <c>sslcrldir</c> (fe-secure-openssl.c, initialize_SSL).
/// </summary>
internal sealed class TrustStore
{
    private readonly IReadOnlyList<ITrustSource> _sources;

    private TrustStore(string origin, IReadOnlyList<ITrustSource> sources) => (Origin, _sources) = (origin, sources);

    /// <summary>Where the roots come from: the path as given, or <c>system</c>.</summary>
    public string Origin { get; }

    /// <summary>Where the CRLs come from; null where none are checked.</summary>
    public string? CrlOrigin { get; private init; }

    /// <summary>
    /// The certificates, roots or not; only a self-signed one ends a chain. Expensive: all of them are parsed for it, where a chain
    /// needs one or two.
    /// </summary>
    public IReadOnlyList<X509Certificate2> Certificates =>
    [
        .. _sources.SelectMany(source => source.Anchors).Select(anchor => anchor.Certificate)
            .DistinctBy(certificate => Convert.ToHexString(certificate.Raw.Span)).Select(certificate => certificate.Certificate),
    ];

    /// <summary>True if every certificate of a chain needs a CRL (X509_V_FLAG_CRL_CHECK and CRL_CHECK_ALL).</summary>
    public bool CheckCrls { get; private init; }

    /// <summary>Why a CRL file that exists is not used: libpq ignores it silently. Null if it is used, or if there is none.</summary>
    public string? CrlProblem { get; private init; }

    /// <summary>
    /// Loads <c>sslrootcert</c> (SSL_CTX_load_verify_locations). Throws <see cref="PgSslException"/> FileNotFound, FileUnreadable or
    /// InvalidCertificateFile.
    /// </summary>
    public static TrustStore LoadFile(string path) => new(path, [PemFileCache.Shared.Read(path)]);

    /// <summary>
    /// As <see cref="LoadFile"/>, but from a content that is not in the file yet. Throws <see cref="PgSslException"/> InvalidCertificateFile.
    /// </summary>
    public static TrustStore Parse(ReadOnlyMemory<byte> content, string path) => new(path, [PemFile.Parse(content, path)]);

    /// <summary>
    /// Loads <c>sslrootcert=system</c>: SSL_CERT_FILE and SSL_CERT_DIR from <paramref name="environment"/> or the operating system's
    /// store, which is read once in a process. Never fails: what cannot be read is not trusted.
    /// </summary>
    public static TrustStore LoadSystem(Func<string, string?> environment) => new("system", SystemTrust.Find(environment));

    /// <summary>A store of the given certificates; <paramref name="origin"/> names it in reasons.</summary>
    public static TrustStore FromCertificates(IEnumerable<X509Certificate2> certificates, string origin)
    {
        IEnumerable<ParsedCertificate> readable = certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>();
        return new(origin, [new PemContents([.. readable.Select(certificate => new TrustAnchor(certificate, null))], [])]);
    }

    /// <summary>
    /// Adds <c>sslcrl</c> and <c>sslcrldir</c> (X509_STORE_load_locations). If the file is missing or broken, libpq silently checks no
    /// CRL at all. With a directory, every certificate needs a CRL, even if the directory is empty. Certificates beside the CRLs are
    /// trusted, as OpenSSL does. libpq uses CRLs only with a root file, never with <c>system</c>.
    /// </summary>
    public TrustStore WithCrls(string? crlPath, string? crlDirectory)
    {
        bool hasPath = !string.IsNullOrEmpty(crlPath), hasDirectory = !string.IsNullOrEmpty(crlDirectory);
        if (!hasPath && !hasDirectory)
            return this;
        var sources = new List<ITrustSource>(_sources);
        if (hasPath)
        {
            try
            {
                sources.Add(PemFileCache.Shared.Read(crlPath!));
            }
            catch (PgSslException e)
            {
                string? problem = e.Error == PgSslError.FileNotFound ? null : e.Message.Replace("no certificate", "no CRL", StringComparison.Ordinal);
                return new TrustStore(Origin, _sources) { CrlProblem = problem };
            }
        }
        if (hasDirectory)
            sources.Add(new HashedDirectory(crlDirectory!));
        string origin = hasPath && hasDirectory ? $"{crlPath} and {crlDirectory}" : hasPath ? crlPath! : crlDirectory!;
        return new TrustStore(Origin, sources) { CheckCrls = true, CrlOrigin = origin };
    }

    /// <summary>
    /// What a server verifies client certificates with (be-secure-openssl.c, be_tls_init): as <see cref="WithCrls"/>, of contents that have been
    /// read, and a CRL file that is named is used.
    /// </summary>
    /// <param name="path">ssl_ca_file.</param>
    /// <param name="contents">Its content.</param>
    /// <param name="crls">The content of ssl_crl_file; null without one.</param>
    /// <param name="crlDirectory">ssl_crl_dir; null without one.</param>
    /// <param name="crlOrigin">What these are called in reasons; null without both.</param>
    /// <param name="mayRead">Whether the server may read a file of the directory; null if that is not known.</param>
    internal static TrustStore OfServer(
        string path, PemContents contents, PemContents? crls, string? crlDirectory, string? crlOrigin, Func<string, bool>? mayRead = null)
    {
        var sources = new List<ITrustSource> { contents };
        if (crls is not null)
            sources.Add(crls);
        if (crlDirectory is not null)
            sources.Add(new HashedDirectory(crlDirectory, mayRead));
        return new TrustStore(path, sources) { CheckCrls = crlOrigin is not null, CrlOrigin = crlOrigin };
    }

    /// <summary>The certificates of a subject, each once.</summary>
    internal IReadOnlyList<TrustAnchor> Named(DistinguishedName subject)
    {
        var found = new List<TrustAnchor>();
        foreach (ITrustSource source in _sources)
        {
            foreach (TrustAnchor anchor in source.Named(subject))
            {
                if (!found.Exists(other => other.Certificate.IsSameAs(anchor.Certificate)))
                    found.Add(anchor);
            }
        }
        return found;
    }

    /// <summary>The CRLs of an issuer, each once.</summary>
    internal IReadOnlyList<CertificateRevocationList> CrlsOf(DistinguishedName issuer) =>
        [.. _sources.SelectMany(source => source.CrlsOf(issuer)).DistinctBy(crl => Convert.ToHexString(crl.Raw.Span))];
}
