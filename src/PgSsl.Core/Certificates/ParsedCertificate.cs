using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>
/// What verification needs to know about a certificate, read once from its DER
/// (crypto/x509/v3_purp.c, ossl_x509v3_cache_extensions).
/// </summary>
internal sealed class ParsedCertificate
{
    private static readonly ConditionalWeakTable<X509Certificate2, ParsedCertificate?> Cache = new();

    private ParsedCertificate(X509Certificate2 certificate, ReadOnlyMemory<byte> raw)
    {
        Certificate = certificate;
        Raw = raw;
        AsnReader outer = new AsnReader(raw, AsnEncodingRules.BER).ReadSequence();
        SignedContent = outer.PeekEncodedValue();
        AsnReader content = outer.ReadSequence();
        OuterSignatureAlgorithm = SignatureAlgorithm.Read(outer);
        Signature = outer.ReadSignature();

        Version = ReadVersion(content);
        SerialNumber = content.ReadIntegerBytes();
        SignatureAlgorithm = SignatureAlgorithm.Read(content);
        Issuer = DistinguishedName.Read(content);
        AsnReader validity = content.ReadSequence();
        NotBefore = CertificateTime.Read(validity);
        NotAfter = CertificateTime.Read(validity);
        Subject = DistinguishedName.Read(content);
        PublicKey = SubjectPublicKey.Read(content);
        Extensions = CertificateExtensions.Read(content, Issuer);
        IsSelfIssued = Subject.Equals(Issuer);
        IsSelfSigned = IsSelfIssued && !Extensions.AreInvalid
            && (Extensions.AuthorityKeyIdentifier?.Matches(this) ?? true) && CouldSign(this);
    }

    public X509Certificate2 Certificate { get; }

    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The TBSCertificate, which is what the issuer signs.</summary>
    public ReadOnlyMemory<byte> SignedContent { get; }

    /// <summary>0 for v1, 2 for all others.</summary>
    public int Version { get; }

    public ReadOnlyMemory<byte> SerialNumber { get; }

    /// <summary>The algorithm named inside the signed content.</summary>
    public SignatureAlgorithm SignatureAlgorithm { get; }

    /// <summary>The algorithm named beside the signature.</summary>
    public SignatureAlgorithm OuterSignatureAlgorithm { get; }

    public ReadOnlyMemory<byte> Signature { get; }

    public DistinguishedName Issuer { get; }

    public DistinguishedName Subject { get; }

    /// <summary>Null where not written as RFC 5280 demands.</summary>
    public DateTimeOffset? NotBefore { get; }

    /// <summary>Null where not written as RFC 5280 demands.</summary>
    public DateTimeOffset? NotAfter { get; }

    public SubjectPublicKey PublicKey { get; }

    public CertificateExtensions Extensions { get; }

    public byte[]? SubjectKeyIdentifier => Extensions.SubjectKeyIdentifier;

    /// <summary>Subject and issuer are the same name.</summary>
    public bool IsSelfIssued { get; }

    /// <summary>Self-issued, and its key identifier and key type match. The signature is not verified.</summary>
    public bool IsSelfSigned { get; }

    /// <summary>The name for messages.</summary>
    public string Name => CertificateNames.Display(Subject);

    /// <summary>The parsed certificate; null if it cannot be read.</summary>
    public static ParsedCertificate? Of(X509Certificate2 certificate) => Cache.GetValue(certificate, Parse);

    /// <summary>x509_vfy.c, ossl_x509_likely_issued: names, key identifiers and key type match. The signature is verified later.</summary>
    public bool IsLikelyIssuerOf(ParsedCertificate subject) =>
        Subject.Equals(subject.Issuer)
        && !Extensions.AreInvalid && !subject.Extensions.AreInvalid
        && (subject.Extensions.AuthorityKeyIdentifier?.Matches(this) ?? true)
        && CouldSign(subject);

    public bool IsSameAs(ParsedCertificate other) => ReferenceEquals(this, other) || Raw.Span.SequenceEqual(other.Raw.Span);

    /// <summary>
    /// v3_purp.c, check_ca: 0 not a CA, 1 a CA, 3 a self-signed v1 certificate, 4 keyUsage without basicConstraints, 5 Netscape CA.
    /// </summary>
    public int CaKind
    {
        get
        {
            if (Extensions.AreInvalid || !Extensions.AllowsUsage(KeyUsages.CertificateSign))
                return 0;
            if (Extensions.HasBasicConstraints)
                return Extensions.IsCa ? 1 : 0;
            if (Version == 0 && IsSelfSigned)
                return 3;
            if (Extensions.KeyUsage is not null)
                return 4;
            return (Extensions.NetscapeType.GetValueOrDefault() & NetscapeTypes.AnyCa) != 0 ? 5 : 0;
        }
    }

    /// <summary>v3_purp.c, check_sig_alg_match.</summary>
    private bool CouldSign(ParsedCertificate subject) =>
        PublicKey.IsReadable && subject.SignatureAlgorithm.KeyOid is { } needed
        && (PublicKey.AlgorithmOid == needed || (needed == Oids.RsaPss && PublicKey.AlgorithmOid == Oids.Rsa));

    private static int ReadVersion(AsnReader content)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        return content.Has(tag) && !content.ReadSequence(tag).ReadWhole(version => version.ReadInteger()).IsZero ? 2 : 0;
    }

    private static ParsedCertificate? Parse(X509Certificate2 certificate)
    {
        try
        {
            return new ParsedCertificate(certificate, certificate.RawData);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
