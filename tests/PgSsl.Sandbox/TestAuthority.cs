using System.Security.Cryptography;

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
        new(Certify(Named(name, options), null));

    /// <summary>A CA below this one.</summary>
    public TestAuthority CreateIntermediate(string name, AuthorityOptions? options = null) =>
        new(Certify(Named(name, options), this));

    /// <summary>
    /// The same CA (name and key) certified by another one: a cross certificate. <see cref="Issue"/> on either gives leaves that
    /// both can stand above.
    /// </summary>
    public TestAuthority CrossSignedBy(TestAuthority other, AuthorityOptions? options = null)
    {
        AuthorityOptions named = (options ?? new AuthorityOptions()) with { Subject = _certificate.Certificate.SubjectName };
        return new TestAuthority(Certify(named, other, _certificate.Minted.Key));
    }

    /// <summary>Issues a certificate.</summary>
    /// <exception cref="ArgumentException">A key that .NET has no class for: see <see cref="IssueAsync"/>.</exception>
    public TestCertificate Issue(LeafOptions options) => Certify(options, this);

    /// <summary>Issues a certificate for any key type; the openssl program makes the keys that .NET has no class for.</summary>
    public async Task<TestCertificate> IssueAsync(LeafOptions options) =>
        Certify(options, this, await MintedKey.CreateAsync(options.Key));

    /// <summary>A certificate that is its own issuer, as <c>openssl req -x509</c> or Debian's snakeoil makes them.</summary>
    public static TestCertificate IssueSelfSigned(LeafOptions options) => Certify(options, null);

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
        var options = new CrlOptions
        {
            ThisUpdate = thisUpdate ?? DateTimeOffset.UtcNow.AddHours(-1),
            NextUpdate = nextUpdate ?? DateTimeOffset.UtcNow.AddDays(30),
            Hash = digest ?? HashAlgorithmName.SHA256,
        };
        return Mint.Crl(_certificate.Minted, options, [.. revoked.Select(certificate => certificate.Minted)]);
    }

    private static AuthorityOptions Named(string name, AuthorityOptions? options)
    {
        options ??= new AuthorityOptions();
        return options.CommonNames.Count > 0 || options.Subject is not null ? options : options with { CommonNames = [name] };
    }

    private static TestCertificate Certify(CertificateOptions options, TestAuthority? issuer, MintedKey? existingKey = null)
    {
        MintOptions minted = options.ToMintOptions() with { Key = existingKey ?? MintedKey.Create(options.Key) };
        byte[] subject = options.Subject?.RawData ?? Mint.Name(options.CommonNames);
        return new TestCertificate(
            Mint.Certificate(subject, issuer?._certificate.Minted, minted),
            issuer is null ? [] : [issuer._certificate, .. issuer._certificate.Issuers]);
    }
}
