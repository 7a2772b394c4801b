using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A certificate revocation list (RFC 5280 5), as OpenSSL reads it (crypto/x509/x_crl.c).</summary>
internal sealed class CertificateRevocationList
{
    private readonly ILookup<string, RevokedCertificate> _revokedBySerial;

    private CertificateRevocationList(ReadOnlyMemory<byte> der)
    {
        AsnReader outer = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        Raw = der;
        SignedContent = outer.PeekEncodedValue();
        AsnReader content = outer.ReadSequence();
        OuterSignatureAlgorithm = SignatureAlgorithm.Read(outer);
        Signature = outer.ReadSignature();

        if (content.PeekTag() == Asn1Tag.Integer)
            content.ReadInteger();
        SignatureAlgorithm = SignatureAlgorithm.Read(content);
        IssuerRawName = content.PeekEncodedValue();
        IssuerName = DistinguishedName.Read(content);
        ThisUpdate = CertificateTime.Read(content);
        HasNextUpdate = content.HasData && (content.PeekTag() == Asn1Tag.UtcTime || content.PeekTag() == Asn1Tag.GeneralizedTime);
        NextUpdate = HasNextUpdate ? CertificateTime.Read(content) : null;
        Revoked = content.HasData && content.PeekTag() == Asn1Tag.Sequence ? ReadRevoked(content.ReadSequence()) : [];
        if (content.HasData)
            ReadExtensions(content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
        _revokedBySerial = Revoked.ToLookup(entry => entry.SerialNumber);
    }

    /// <summary>The issuer for people: its common name, or its whole name.</summary>
    public string Issuer => CertificateNames.Display(IssuerName);

    /// <summary>The issuer's encoded name.</summary>
    public ReadOnlyMemory<byte> IssuerRawName { get; }

    /// <summary>When the list was made; null where not written as RFC 5280 demands.</summary>
    public DateTimeOffset? ThisUpdate { get; }

    /// <summary>Until when it may be used; null where it has no such date.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>The entries in the order of the list.</summary>
    public IReadOnlyList<RevokedCertificate> Revoked { get; }

    /// <summary>The CRL number, upper-case hex; null where there is none.</summary>
    public string? Number { get; private set; }

    /// <summary>The encoded list.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    internal bool HasNextUpdate { get; }

    internal DistinguishedName IssuerName { get; }

    internal ReadOnlyMemory<byte> SignedContent { get; }

    internal SignatureAlgorithm SignatureAlgorithm { get; }

    internal SignatureAlgorithm OuterSignatureAlgorithm { get; }

    internal ReadOnlyMemory<byte> Signature { get; }

    internal AuthorityKeyIdentifier? AuthorityKeyIdentifier { get; private set; }

    internal IssuingDistributionPoint? Scope { get; private set; }

    internal bool IsDelta { get; private set; }

    internal bool HasUnhandledCritical { get; private set; }

    /// <summary>Reads a DER encoded list. Throws <see cref="AsnContentException"/> for anything else.</summary>
    public static CertificateRevocationList Parse(ReadOnlyMemory<byte> der) => new(der);

    /// <summary>x_crl.c, def_crl_lookup: the entry for this certificate, or null.</summary>
    internal RevokedCertificate? Find(ParsedCertificate certificate) =>
        _revokedBySerial[Convert.ToHexString(certificate.SerialNumber.Span)].FirstOrDefault(entry =>
            entry.Issuers?.Any(name => certificate.Issuer.Equals(name.Directory)) ?? certificate.Issuer.Equals(IssuerName));

    private List<RevokedCertificate> ReadRevoked(AsnReader list)
    {
        var entries = new List<RevokedCertificate>();
        IReadOnlyList<GeneralName>? issuers = null;
        while (list.HasData)
        {
            AsnReader entry = list.ReadSequence();
            string serial = Convert.ToHexString(entry.ReadIntegerBytes().Span);
            DateTimeOffset? date = CertificateTime.Read(entry);
            int? reason = null;
            AsnReader? extensions = entry.HasData ? entry.ReadSequence() : null;
            while (extensions is { HasData: true })
            {
                (string oid, bool isCritical, ReadOnlyMemory<byte> value) = SplitExtension(extensions);
                HasUnhandledCritical |= isCritical && oid != Oids.CertificateIssuer;
                if (oid == Oids.ReasonCode)
                    reason = new AsnReader(value, AsnEncodingRules.BER).ReadEnumeratedBytes().Span[^1];
                else if (oid == Oids.CertificateIssuer)
                    issuers = GeneralName.ReadAll(new AsnReader(value, AsnEncodingRules.BER));
            }
            entries.Add(new RevokedCertificate(serial, date, reason) { Issuers = issuers });
        }
        return entries;
    }

    private void ReadExtensions(AsnReader list)
    {
        while (list.HasData)
        {
            (string oid, bool isCritical, ReadOnlyMemory<byte> value) = SplitExtension(list);
            HasUnhandledCritical |= isCritical
                && oid is not (Oids.IssuingDistributionPoint or Oids.AuthorityKeyIdentifier or Oids.DeltaCrlIndicator);
            IsDelta |= oid == Oids.DeltaCrlIndicator;
            try
            {
                ReadExtension(oid, new AsnReader(value, AsnEncodingRules.BER));
            }
            catch (AsnContentException)
            {
                // x_crl.c, crl_cb: an extension that cannot be read is ignored.
            }
        }
    }

    private void ReadExtension(string oid, AsnReader reader)
    {
        if (oid == Oids.CrlNumber)
            Number = Convert.ToHexString(reader.ReadIntegerBytes().Span);
        else if (oid == Oids.AuthorityKeyIdentifier)
            AuthorityKeyIdentifier = AuthorityKeyIdentifier.Read(reader);
        else if (oid == Oids.IssuingDistributionPoint)
            Scope = IssuingDistributionPoint.Read(reader, IssuerName);
    }

    private static (string Oid, bool IsCritical, ReadOnlyMemory<byte> Value) SplitExtension(AsnReader list)
    {
        AsnReader extension = list.ReadSequence();
        string oid = extension.ReadObjectIdentifier();
        bool isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
        return (oid, isCritical, extension.ReadOctetString());
    }
}
