using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// The operating system's own store of roots, read once in a process. Only the subjects are read in advance. A certificate is parsed when
/// a chain asks for its name, because a chain needs one of a hundred and fifty.
/// </summary>
internal sealed class PlatformStore : ITrustSource
{
    private static readonly Lazy<PlatformStore> Loaded = new(() => new PlatformStore());

    private readonly X509Certificate2[] _certificates = [.. ReadAll()];
    private readonly Lazy<DistinguishedName?[]> _subjects;

    private PlatformStore() => _subjects = new(() => Array.ConvertAll(_certificates, ReadSubject));

    /// <summary>The only one. The first call takes time: it has the platform load its roots.</summary>
    public static PlatformStore Instance => Loaded.Value;

    /// <inheritdoc/>
    public IEnumerable<TrustAnchor> Anchors => _certificates.Select(Parse).OfType<TrustAnchor>();

    /// <summary>
    /// Has the store read on another thread. On Linux .NET reads these roots in the first handshake, whoever verifies, and that takes
    /// longer than all that comes before it.
    /// </summary>
    public static void BeginLoading()
    {
        if (!Loaded.IsValueCreated)
            Task.Run(() => Loaded.Value._subjects.Value);
    }

    /// <inheritdoc/>
    public IEnumerable<TrustAnchor> Named(DistinguishedName subject)
    {
        var found = new List<TrustAnchor>();
        DistinguishedName?[] subjects = _subjects.Value;
        for (int i = 0; i < subjects.Length; i++)
        {
            if (subject.Equals(subjects[i]) && Parse(_certificates[i]) is { } anchor)
                found.Add(anchor);
        }
        return found;
    }

    /// <inheritdoc/>
    public IEnumerable<CertificateRevocationList> CrlsOf(DistinguishedName issuer) => [];

    private static List<X509Certificate2> ReadAll()
    {
        var certificates = new List<X509Certificate2>();
        foreach (StoreLocation location in new[] { StoreLocation.LocalMachine, StoreLocation.CurrentUser })
        {
            try
            {
                using var store = new X509Store(StoreName.Root, location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                certificates.AddRange(store.Certificates);
            }
            catch (CryptographicException)
            {
                // A store that does not exist holds nothing.
            }
        }
        return certificates;
    }

    private static TrustAnchor? Parse(X509Certificate2 certificate) =>
        ParsedCertificate.Of(certificate) is { } parsed ? new TrustAnchor(parsed, null) : null;

    private static DistinguishedName? ReadSubject(X509Certificate2 certificate)
    {
        try
        {
            return DistinguishedName.Read(new AsnReader(certificate.SubjectName.RawData, AsnEncodingRules.BER));
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
