using PgSsl.Binding;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Chains;
using PgSsl.Connections;
using PgSsl.Downloads;
using PgSsl.Providers;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;

namespace PgSsl.Hosting;

/// <summary>Finds the roots that -Certificate and -Provider stand for.</summary>
/// <param name="fingerprints">The fingerprints that the user gave: SHA-256, upper-case hex.</param>
/// <param name="stores">Where the roots of servers are looked for first.</param>
/// <param name="environment">The account whose operating system's roots are meant.</param>
internal sealed class RootReader(IReadOnlyCollection<string> fingerprints, IReadOnlyList<TrustStore> stores, ConnectionEnvironment environment)
    : IDisposable
{
    private const string PemEnd = "-----END ";

    // Only the roots of servers and providers need these two. A file is installed without them.
    private readonly Lazy<CertificateDownloader> _downloader = new(() => new CertificateDownloader());
    private readonly Lazy<TrustStore> _system = new(() => TrustStore.LoadSystem(environment.GetVariable));

    /// <summary>Whether a text is the first line of PEM that comes line by line. Its other lines are not file names.</summary>
    public static bool IsFirstLine(CertificateSource source) =>
        source is CertificateSource.Text { IsPem: true } text && !text.Value.Contains(PemEnd, StringComparison.Ordinal);

    /// <summary>Reads what the user has; null for what a server serves, whose root <see cref="FindAsync"/> finds.</summary>
    /// <param name="source">What -Certificate was given.</param>
    /// <param name="resolve">Resolves a path of the user's.</param>
    /// <exception cref="PgSslException">It cannot be read.</exception>
    public static RootOffer? Read(CertificateSource source, Func<string, string> resolve) => source switch
    {
        CertificateSource.Unusable unusable => throw unusable.Failure,
        CertificateSource.Text text => ReadText(text, resolve),
        CertificateSource.InFile file => RootOffer.Read(resolve(file.Path)),
        CertificateSource.InHand given =>
            new RootOffer([given.Certificate], "the certificate given") { IsServerCertificate = given.IsSelfSignedServer },
        // An object with a host name, whose certificate did not come over the wire.
        CertificateSource.Served { Pem: null, Certificate: { } certificate } when !UnverifiedCertificates.Contains(certificate) =>
            new RootOffer([certificate], "the certificate given"),
        _ => null,
    };

    /// <summary>Finds the root of a server's chain.</summary>
    /// <exception cref="PgSslException">As <see cref="ServedRootFinder.FindAsync"/>.</exception>
    public Task<RootOffer> FindAsync(CertificateSource.Served served, CancellationToken cancellationToken) =>
        new ServedRootFinder(new ChainCompleter(_downloader.Value), fingerprints).FindAsync(
            ChainRequest.Of(served.Chain, served.HostName ?? "", served.Address, [.. stores, _system.Value]), cancellationToken);

    /// <summary>Gets the roots of a provider.</summary>
    /// <exception cref="PgSslException">As <see cref="ProviderRoots.GetAsync"/>.</exception>
    public Task<RootOffer> GetAsync(Provider provider, string? region, CancellationToken cancellationToken) =>
        ProviderRoots.GetAsync(provider, region, _system.Value, _downloader.Value, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_downloader.IsValueCreated)
            _downloader.Value.Dispose();
    }

    private static RootOffer ReadText(CertificateSource.Text text, Func<string, string> resolve)
    {
        if (IsFirstLine(text))
            throw new PgSslException(
                PgSslError.InvalidCertificateFile, "A PEM block starts in the text given, but does not end there: it came line by line.",
                "Name the file, or read it as one text: Get-Content -Raw root.pem | Install-PgRootCert");
        if (text.IsPem)
            return new RootOffer(CertificateInput.ReadText(text.Value, text.Target), text.Target);
        return NamesServer(text.Value)
            ? throw new PgSslException(
                PgSslError.InvalidCertificateFile, $"\"{text}\" names a server. Give a file or a certificate.",
                "Ask the server what it serves: Get-PgServerCertificate ENDPOINT | Install-PgRootCert")
            : RootOffer.Read(resolve(text.Value));
    }

    /// <summary>A URI or a connection string, which may hold a password. Base64 that is read line by line has equals signs at its end only.</summary>
    private static bool NamesServer(string text) =>
        text.Contains("://", StringComparison.Ordinal) || (text.TrimEnd('=').Contains('=') && !File.Exists(text));
}
