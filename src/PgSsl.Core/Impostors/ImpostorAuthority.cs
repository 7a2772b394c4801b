using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;

namespace PgSsl.Impostors;

/// <summary>
/// The CA of one run, and another one that nobody trusts. Keys and certificates are in memory only and end with the run, so what was issued is of
/// no use to anybody. The root's certificate alone is shown to the client under test.
/// </summary>
internal sealed class ImpostorAuthority : IDisposable
{
    /// <summary>What all its names begin with.</summary>
    public const string Name = "PgSsl self-test impostor";

    /// <summary>The host in the certificate that is for another one (RFC 6761 6.4).</summary>
    public const string OtherHost = "impostor.invalid";

    private const int SerialNumberBytes = 16;

    private readonly DateTimeOffset _at;
    private readonly string _host;
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<ImpostorKind, TlsServerIdentity> _identities = [];
    private readonly Issuer _intermediate;
    private readonly Issuer _other;

    /// <summary>Makes the CAs.</summary>
    /// <param name="host">The name by which the client knows the server. Certificates are for localhost and the loopback addresses as well.</param>
    /// <param name="at">The present time.</param>
    public ImpostorAuthority(string host, DateTimeOffset at)
    {
        (_host, _at) = (host, at);
        Issuer root = Certify($"{Name} root", null);
        _intermediate = Certify($"{Name} intermediate", root);
        _other = Certify($"{Name} of another CA", null);
        Root = root.Certificate;
    }

    /// <summary>The root that the client is to trust.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>What an impostor serves.</summary>
    /// <param name="kind">An impostor that has TLS.</param>
    public TlsServerIdentity IdentityOf(ImpostorKind kind)
    {
        if (!_identities.TryGetValue(kind, out TlsServerIdentity? identity))
            _identities[kind] = identity = Issue(kind);
        return identity;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
            owned.Dispose();
    }

    private TlsServerIdentity Issue(ImpostorKind kind)
    {
        ECDsa key = NewKey();
        string host = kind == ImpostorKind.WrongName ? OtherHost : _host;
        var request = new DotNetRequest(NameOf(host), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        string usage = kind == ImpostorKind.ClientOnlyUsage ? Oids.ClientAuthentication : Oids.ServerAuthentication;
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(AlternativeNames(host));

        (int begin, int end) = kind switch
        {
            ImpostorKind.Expired => (-30, -1),
            ImpostorKind.NotYetValid => (1, 2),
            _ => (-1, 1),
        };
        Issuer? issuer = kind switch
        {
            ImpostorKind.SelfSigned => null,
            ImpostorKind.OtherCa => _other,
            _ => _intermediate,
        };
        X509Certificate2 leaf = Sign(request, key, issuer, begin, end);
        bool sendsIntermediate = issuer == _intermediate && kind != ImpostorKind.MissingIntermediate;
        return new TlsServerIdentity(
            [.. (sendsIntermediate ? [leaf, _intermediate.Certificate] : (X509Certificate2[])[leaf]).Select(sent => sent.RawDataMemory)],
            key.ExportPkcs8PrivateKey(),
            kind == ImpostorKind.Tls10Only);
    }

    private static X509Extension AlternativeNames(string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host != OtherHost)
        {
            if (host != ImpostorPlace.LocalHost)
                names.AddDnsName(ImpostorPlace.LocalHost);
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }
        return names.Build();
    }

    // It is valid for as long as each of its certificates: some clients want that.
    private Issuer Certify(string name, Issuer? issuer)
    {
        ECDsa key = NewKey();
        var request = new DotNetRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return new Issuer(Sign(request, key, issuer, -31, 3), key);
    }

    private X509Certificate2 Sign(DotNetRequest request, ECDsa key, Issuer? issuer, int begin, int end)
    {
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (issuer is not null)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer.Certificate, true, false));
        byte[] serialNumber = RandomNumberGenerator.GetBytes(SerialNumberBytes);
        serialNumber[0] = (byte)((serialNumber[0] & 0x3F) | 0x40);
        X509Certificate2 certificate = request.Create(
            issuer?.Certificate.SubjectName ?? request.SubjectName,
            X509SignatureGenerator.CreateForECDsa(issuer?.Key ?? key),
            _at.AddDays(begin),
            _at.AddDays(end),
            serialNumber);
        _owned.Add(certificate);
        return certificate;
    }

    private ECDsa NewKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _owned.Add(key);
        return key;
    }

    // A name that is too long for a common name (RFC 5280 A.1, ub-common-name) is in the alternative names.
    private static X500DistinguishedName NameOf(string commonName)
    {
        const int LongestCommonName = 64;
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName(Name);
        if (commonName.Length <= LongestCommonName)
            name.AddCommonName(commonName);
        return name.Build();
    }

    private sealed record Issuer(X509Certificate2 Certificate, ECDsa Key);
}
