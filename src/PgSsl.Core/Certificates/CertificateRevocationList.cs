using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A certificate revocation list (RFC 5280 5), as OpenSSL reads it (crypto/x509/x_crl.c).</summary>
internal sealed class CertificateRevocationList
{
    private readonly ILookup<string, RevokedCertificate> _revokedBySerial;

    private CertificateRevocationList(ReadOnlyMemory<byte> der)
    {
        AsnReaderExtensions.RefuseLongEmptyEnd(der);
        AsnReader outer = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        Raw = der;
        SignedContent = outer.PeekEncodedValue();
        AsnReader content = outer.ReadSequence();
        OuterSignatureAlgorithm = SignatureAlgorithm.Read(outer);
        Signature = outer.ReadSignature();
        outer.ThrowIfNotEmpty();

        if (content.Has(Asn1Tag.Integer))
            content.ReadInteger();
        SignatureAlgorithm = SignatureAlgorithm.Read(content);
        IssuerRawName = content.PeekEncodedValue();
        IssuerName = DistinguishedName.Read(content);
        ThisUpdate = CertificateTime.Read(content);
        HasNextUpdate = content.HasTime();
        NextUpdate = HasNextUpdate ? CertificateTime.Read(content) : null;
        IReadOnlyList<CrlEntry> entries = content.Has(Asn1Tag.Sequence) ? content.ReadList().ReadEach(CrlEntry.Read) : [];
        if (content.HasData)
            Apply(content.ReadSequence(AsnReaderExtensions.ContextTag(0)).ReadWhole(list => list.ReadList().ReadEach(Extension.Read)));
        content.ThrowIfNotEmpty();
        Revoked = Interpret(entries);
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

    /// <summary>
    /// x_crl.c, crl_set_issuers: the first entry with a reason or an issuer that cannot be read ends the reading of them, so that it and all
    /// entries behind it are revoked, for whatever reason, by the CRL's own issuer.
    /// </summary>
    private List<RevokedCertificate> Interpret(IReadOnlyList<CrlEntry> entries)
    {
        var revoked = new List<RevokedCertificate>();
        IReadOnlyList<GeneralName>? issuers = null;
        bool isReadable = true;
        foreach (CrlEntry entry in entries)
        {
            int? reason = null;
            isReadable = isReadable && TryReadIssuers(entry, ref issuers);
            IReadOnlyList<GeneralName>? ofEntry = isReadable ? issuers : null;
            isReadable = isReadable && entry.TryReadReason(out reason);
            HasUnhandledCritical |= isReadable
                && entry.Extensions.Any(extension => extension.IsCritical && extension.Oid != Oids.CertificateIssuer);
            revoked.Add(new RevokedCertificate(entry.SerialNumber, entry.RevocationDate, reason) { Issuers = ofEntry });
        }
        return revoked;
    }

    private static bool TryReadIssuers(CrlEntry entry, ref IReadOnlyList<GeneralName>? issuers)
    {
        if (!Extension.TryFind(entry.Extensions, Oids.CertificateIssuer, ReadNames, out IReadOnlyList<GeneralName>? own))
            return false;
        issuers = own ?? issuers;
        return true;
    }

    /// <summary>x_crl.c, crl_cb: an extension that cannot be read, or is there twice, is ignored.</summary>
    private void Apply(IReadOnlyList<Extension> extensions)
    {
        HasUnhandledCritical = extensions.Any(extension => extension.IsCritical
            && extension.Oid is not (Oids.IssuingDistributionPoint or Oids.AuthorityKeyIdentifier or Oids.DeltaCrlIndicator));
        Extension.TryFind(extensions, Oids.CrlNumber, ReadNumber, out string? number);
        Extension.TryFind(extensions, Oids.DeltaCrlIndicator, ReadNumber, out string? baseNumber);
        Extension.TryFind(extensions, Oids.AuthorityKeyIdentifier, AuthorityKeyIdentifier.Read, out AuthorityKeyIdentifier? key);
        Extension.TryFind(extensions, Oids.IssuingDistributionPoint, ReadScope, out IssuingDistributionPoint? scope);
        (Number, IsDelta, AuthorityKeyIdentifier, Scope) = (number, baseNumber is not null, key, scope);
    }

    private IssuingDistributionPoint ReadScope(AsnReader reader) => IssuingDistributionPoint.Read(reader, IssuerName);

    private static IReadOnlyList<GeneralName> ReadNames(AsnReader reader) => GeneralName.ReadAll(reader);

    private static string ReadNumber(AsnReader reader) => Convert.ToHexString(reader.ReadIntegerBytes().Span);
}
