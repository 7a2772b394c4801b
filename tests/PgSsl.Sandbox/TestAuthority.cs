using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;

namespace PgSsl.Sandbox;

/// <summary>
/// A certification authority that exists for one test: it issues certificates and revocation lists, wrong ones included.
/// </summary>
public sealed class TestAuthority
{
    private readonly TestCertificate _certificate;

    private TestAuthority(TestCertificate certificate) => _certificate = certificate;

    /// <summary>The CA's own certificate and key.</summary>
    public TestCertificate Certificate => _certificate;

    /// <summary>The CA's certificate: for a root, the content of root.crt.</summary>
    public string CertificatePem => _certificate.CertificatePem;

    /// <summary>A self-signed CA of that common name.</summary>
    public static TestAuthority CreateRoot(string name, AuthorityOptions? options = null) =>
        new(Mint(Named(name, options), null));

    /// <summary>A CA below this one.</summary>
    public TestAuthority CreateIntermediate(string name, AuthorityOptions? options = null) =>
        new(Mint(Named(name, options), this));

    /// <summary>
    /// The same CA (name and key) certified by another one: a cross certificate. <see cref="Issue"/> on either gives leaves that
    /// both can stand above.
    /// </summary>
    public TestAuthority CrossSignedBy(TestAuthority other, AuthorityOptions? options = null)
    {
        AuthorityOptions named = (options ?? new AuthorityOptions()) with { Subject = _certificate.Certificate.SubjectName };
        return new TestAuthority(Mint(named, other, _certificate.Key));
    }

    /// <summary>Issues a certificate.</summary>
    /// <exception cref="ArgumentException">An Ed25519 key: see <see cref="IssueAsync"/>.</exception>
    public TestCertificate Issue(LeafOptions options) => Mint(options, this);

    /// <summary>Issues a certificate for any key type; Ed25519 keys come from the openssl program.</summary>
    public async Task<TestCertificate> IssueAsync(LeafOptions options) =>
        Mint(options, this, await TestKey.CreateAsync(options.Key));

    /// <summary>A certificate that is its own issuer, as <c>openssl req -x509</c> or Debian's snakeoil makes them.</summary>
    public static TestCertificate IssueSelfSigned(LeafOptions options) => Mint(options, null);

    /// <summary>A revocation list of this CA, as PEM.</summary>
    /// <param name="revoked">The certificates that it lists.</param>
    /// <param name="thisUpdate">Start of validity; an hour ago by default.</param>
    /// <param name="nextUpdate">End of validity; in 30 days by default.</param>
    /// <param name="digest">SHA-256 by default.</param>
    public string CreateCrl(
        IEnumerable<TestCertificate> revoked,
        DateTimeOffset? thisUpdate = null,
        DateTimeOffset? nextUpdate = null,
        HashAlgorithmName? digest = null)
    {
        HashAlgorithmName signedDigest = digest ?? HashAlgorithmName.SHA256;
        var list = new CertificateRevocationListBuilder();
        foreach (TestCertificate certificate in revoked)
            list.AddEntry(certificate.Certificate, DateTimeOffset.UtcNow.AddHours(-1));
        byte[] der = list.Build(
            _certificate.Certificate.SubjectName,
            _certificate.Key.SignatureGenerator(signedDigest),
            BigInteger.One,
            nextUpdate ?? DateTimeOffset.UtcNow.AddDays(30),
            signedDigest,
            AuthorityKeyIdentifier(_certificate),
            thisUpdate ?? DateTimeOffset.UtcNow.AddHours(-1));
        return PemEncoding.WriteString("X509 CRL", der) + "\n";
    }

    private static AuthorityOptions Named(string name, AuthorityOptions? options)
    {
        options ??= new AuthorityOptions();
        return options.CommonNames.Count > 0 || options.Subject is not null ? options : options with { CommonNames = [name] };
    }

    private static TestCertificate Mint(CertificateOptions options, TestAuthority? issuer, TestKey? existingKey = null)
    {
        TestKey key = existingKey ?? TestKey.Create(options.Key);
        X500DistinguishedName subject = options.Subject ?? GeneralName.CommonNames(options.CommonNames);
        var request = new DotNetRequest(subject, key.PublicKey, options.Digest);
        foreach (X509Extension extension in Extensions(options, key, issuer))
            request.CertificateExtensions.Add(extension);

        byte[] serial = options.SerialNumber ?? [0x01, .. RandomNumberGenerator.GetBytes(15)];
        X509Certificate2 certificate = request.Create(
            issuer?._certificate.Certificate.SubjectName ?? subject,
            (issuer?._certificate.Key ?? key).SignatureGenerator(options.Digest),
            options.NotBefore,
            options.NotAfter,
            serial);
        return new TestCertificate(certificate, key, issuer is null ? [] : [issuer._certificate, .. issuer._certificate.Issuers]);
    }

    private static IEnumerable<X509Extension> Extensions(CertificateOptions options, TestKey key, TestAuthority? issuer)
    {
        if (options is AuthorityOptions { IsAuthority: bool isAuthority } authority)
            yield return BasicConstraints(isAuthority, authority.PathLength);
        if (options is LeafOptions { IsAuthority: bool claims })
            yield return BasicConstraints(claims, null);
        if (options is AuthorityOptions { NameConstraints: { } constraints })
            yield return constraints.ToExtension();
        if (options.KeyUsage is { } usage)
            yield return new X509KeyUsageExtension(usage, critical: true);
        if (options.ExtendedKeyUsages.Count > 0)
            yield return ExtendedKeyUsage(options.ExtendedKeyUsages);
        if (options is LeafOptions leaf && GeneralName.SubjectAlternativeNames(leaf) is { } names)
            yield return names;
        if (options.KeyIdentifiers)
            yield return new X509SubjectKeyIdentifierExtension(key.PublicKey, critical: false);
        if (options.KeyIdentifiers && issuer is not null)
            yield return AuthorityKeyIdentifier(issuer._certificate);
        foreach (X509Extension extension in options.ExtraExtensions)
            yield return extension;
    }

    private static X509BasicConstraintsExtension BasicConstraints(bool isAuthority, int? pathLength) =>
        new(isAuthority, pathLength.HasValue, pathLength ?? 0, critical: true);

    private static X509EnhancedKeyUsageExtension ExtendedKeyUsage(IEnumerable<string> oids) =>
        new([.. oids.Select(oid => new Oid(oid))], critical: false);

    private static X509AuthorityKeyIdentifierExtension AuthorityKeyIdentifier(TestCertificate issuer) =>
        X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
            new X509SubjectKeyIdentifierExtension(issuer.Key.PublicKey, critical: false));
}
