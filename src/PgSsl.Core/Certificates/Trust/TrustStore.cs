using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// What a libpq client trusts: the content of <c>sslrootcert</c> and, where one could be loaded, of <c>sslcrl</c> and
/// <c>sslcrldir</c> (fe-secure-openssl.c, initialize_SSL).
/// </summary>
internal sealed class TrustStore
{
    private readonly IReadOnlyList<TrustAnchor> _anchors;
    private readonly ILookup<DistinguishedName, TrustAnchor> _anchorsBySubject;
    private readonly ILookup<DistinguishedName, CertificateRevocationList> _crlsByIssuer;

    private TrustStore(string origin, IReadOnlyList<TrustAnchor> anchors, IReadOnlyList<CertificateRevocationList> crls)
    {
        Origin = origin;
        _anchors = [.. anchors.DistinctBy(anchor => Convert.ToHexString(anchor.Certificate.Raw.Span))];
        Crls = [.. crls.DistinctBy(crl => Convert.ToHexString(crl.Raw.Span))];
        _anchorsBySubject = _anchors.ToLookup(anchor => anchor.Certificate.Subject);
        _crlsByIssuer = Crls.ToLookup(crl => crl.IssuerName);
    }

    /// <summary>Where the roots come from: the path as given, or <c>system</c>.</summary>
    public string Origin { get; }

    /// <summary>Where the CRLs come from; null where none are checked.</summary>
    public string? CrlOrigin { get; private init; }

    /// <summary>The certificates, roots or not; only a self-signed one ends a chain.</summary>
    public IReadOnlyList<X509Certificate2> Certificates => [.. _anchors.Select(anchor => anchor.Certificate.Certificate)];

    /// <summary>The revocation lists.</summary>
    public IReadOnlyList<CertificateRevocationList> Crls { get; }

    /// <summary>True if every certificate of a chain needs a CRL (X509_V_FLAG_CRL_CHECK and CRL_CHECK_ALL).</summary>
    public bool CheckCrls { get; private init; }

    /// <summary>Why a CRL file that exists is not used: libpq ignores it without a word. Null where there is nothing to say.</summary>
    public string? CrlProblem { get; private init; }

    /// <summary>
    /// Loads <c>sslrootcert</c> (SSL_CTX_load_verify_locations). Throws <see cref="PgSslException"/> FileNotFound, FileUnreadable or
    /// InvalidCertificateFile.
    /// </summary>
    public static TrustStore LoadFile(string path) => From(PemFile.Read(path), path);

    /// <summary>
    /// As <see cref="LoadFile"/>, of a content that is not in the file yet. Throws <see cref="PgSslException"/> InvalidCertificateFile.
    /// </summary>
    public static TrustStore Parse(ReadOnlyMemory<byte> content, string path) => From(PemFile.Parse(content, path), path);

    /// <summary>
    /// Loads <c>sslrootcert=system</c>: SSL_CERT_FILE and SSL_CERT_DIR from <paramref name="environment"/> or the operating system's
    /// store, which is read once in a process. Never fails: what cannot be read is not trusted.
    /// </summary>
    public static TrustStore LoadSystem(Func<string, string?> environment)
    {
        var (anchors, crls) = SystemTrust.Read(environment);
        return new TrustStore("system", anchors, crls);
    }

    /// <summary>A store of the given certificates; <paramref name="origin"/> names it in reasons.</summary>
    public static TrustStore FromCertificates(IEnumerable<X509Certificate2> certificates, string origin) =>
        new(origin, [.. certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>().Select(parsed => new TrustAnchor(parsed, null))], []);

    /// <summary>
    /// Adds <c>sslcrl</c> and <c>sslcrldir</c> (X509_STORE_load_locations): a file that is missing or broken means that no CRL is
    /// checked at all, silently; a directory means that every certificate needs a CRL, even if nothing is in it. Certificates found
    /// beside the CRLs are trusted, as OpenSSL does. libpq asks for this only with a root file, never with <c>system</c>.
    /// </summary>
    public TrustStore WithCrls(string? crlPath, string? crlDirectory)
    {
        bool hasPath = !string.IsNullOrEmpty(crlPath), hasDirectory = !string.IsNullOrEmpty(crlDirectory);
        if (!hasPath && !hasDirectory)
            return this;
        var anchors = new List<TrustAnchor>(_anchors);
        var crls = new List<CertificateRevocationList>(Crls);
        if (hasPath)
        {
            try
            {
                PemContents contents = PemFile.Read(crlPath!);
                anchors.AddRange(contents.Anchors);
                crls.AddRange(contents.Crls);
            }
            catch (PgSslException e)
            {
                string? problem = e.Error == PgSslError.FileNotFound ? null : e.Message.Replace("no certificate", "no CRL", StringComparison.Ordinal);
                return new TrustStore(Origin, _anchors, Crls) { CrlProblem = problem };
            }
        }
        if (hasDirectory)
        {
            var hashed = HashedDirectory.Read(crlDirectory!);
            anchors.AddRange(hashed.Anchors);
            crls.AddRange(hashed.Crls);
        }
        string origin = hasPath && hasDirectory ? $"{crlPath} and {crlDirectory}" : hasPath ? crlPath! : crlDirectory!;
        return new TrustStore(Origin, anchors, crls) { CheckCrls = true, CrlOrigin = origin };
    }

    private static TrustStore From(PemContents contents, string path) => new(path, contents.Anchors, contents.Crls);

    internal IEnumerable<TrustAnchor> Named(DistinguishedName subject) => _anchorsBySubject[subject];

    internal IEnumerable<CertificateRevocationList> CrlsOf(DistinguishedName issuer) => _crlsByIssuer[issuer];
}
