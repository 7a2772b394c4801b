using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The extensions of a certificate that verification needs.</summary>
internal sealed class CertificateExtensions
{
    // crypto/x509/v3_purp.c, X509_supported_extension.
    private static readonly HashSet<string> Supported =
    [
        Oids.NetscapeCertificateType, Oids.KeyUsage, Oids.SubjectAlternativeName, Oids.BasicConstraints, Oids.CertificatePolicies,
        Oids.CrlDistributionPoints, Oids.ExtendedKeyUsage, Oids.IpAddressBlocks, Oids.AutonomousSystems, Oids.OcspNoCheck,
        Oids.PolicyConstraints, Oids.ProxyCertificateInfo, Oids.NameConstraints, Oids.PolicyMappings, Oids.InhibitAnyPolicy,
    ];

    private readonly IReadOnlyList<Extension> _list;

    private CertificateExtensions(AsnReader tbsTail, DistinguishedName issuer)
    {
        _list = Collect(tbsTail);
        UnhandledCritical = _list.FirstOrDefault(extension => extension.IsCritical && !Supported.Contains(extension.Oid))?.Oid;
        // All are read, even those that are not needed: OpenSSL cannot use a certificate with an extension that it cannot read.
        Find(Oids.BasicConstraints, ReadBasicConstraints);
        KeyUsage = (KeyUsages?)Find(Oids.KeyUsage, ReadKeyUsage);
        ExtendedKeyUsages = Find(Oids.ExtendedKeyUsage, reader => reader.ReadList().ReadEach(oids => oids.ReadOid()));
        NetscapeType = (NetscapeTypes?)Find(Oids.NetscapeCertificateType, ReadNetscapeType);
        SubjectKeyIdentifier = Find(Oids.SubjectKeyIdentifier, reader => reader.ReadOctets());
        AuthorityKeyIdentifier = Find(Oids.AuthorityKeyIdentifier, AuthorityKeyIdentifier.Read);
        SubjectAlternativeNames = Find(Oids.SubjectAlternativeName, reader => GeneralName.ReadAll(reader));
        NameConstraints = Find(Oids.NameConstraints, NameConstraints.Read);
        CrlDistributionPoints = Find(Oids.CrlDistributionPoints, reader => DistributionPoint.ReadAll(reader, issuer)) ?? [];
        AddressBlocks = Find(Oids.IpAddressBlocks, AddressBlocks.Read);
        AutonomousSystems = Find(Oids.AutonomousSystems, AutonomousSystems.Read);
        IsProxy = Find(Oids.ProxyCertificateInfo, ReadProxy) is not null;
        if (IsProxy && (IsCa || Has(Oids.SubjectAlternativeName) || Has(Oids.IssuerAlternativeName)))
            AreInvalid = true;
    }

    /// <summary>Whether one of them cannot be read or is there twice: then OpenSSL neither uses nor accepts the certificate.</summary>
    public bool AreInvalid { get; private set; }

    /// <summary>The first critical extension that OpenSSL does not process.</summary>
    public string? UnhandledCritical { get; }

    public bool HasBasicConstraints { get; private set; }

    public bool IsCa { get; private set; }

    /// <summary>How many CAs may follow below; null for any number.</summary>
    public long? PathLength { get; private set; }

    public KeyUsages? KeyUsage { get; }

    public IReadOnlyList<string>? ExtendedKeyUsages { get; }

    public NetscapeTypes? NetscapeType { get; }

    public byte[]? SubjectKeyIdentifier { get; }

    public AuthorityKeyIdentifier? AuthorityKeyIdentifier { get; }

    public IReadOnlyList<GeneralName>? SubjectAlternativeNames { get; }

    public NameConstraints? NameConstraints { get; }

    public IReadOnlyList<DistributionPoint> CrlDistributionPoints { get; }

    /// <summary>RFC 3779 2.</summary>
    public AddressBlocks? AddressBlocks { get; }

    /// <summary>RFC 3779 3.</summary>
    public AutonomousSystems? AutonomousSystems { get; }

    public bool IsProxy { get; }

    public static CertificateExtensions Read(AsnReader tbsTail, DistinguishedName issuer) => new(tbsTail, issuer);

    /// <summary>v3_purp.c, ku_reject: without the extension every usage is allowed.</summary>
    public bool AllowsUsage(KeyUsages anyOf) => KeyUsage is not { } usage || (usage & anyOf) != 0;

    private static IReadOnlyList<Extension> Collect(AsnReader tbsTail)
    {
        // The unique identifiers [1] and [2], which nobody uses, and the extensions [3].
        for (int number = 1; number <= 2; number++)
        {
            if (tbsTail.Has(number))
                tbsTail.ReadBits(out _, AsnReaderExtensions.ContextTag(number));
        }
        if (!tbsTail.HasData)
            return [];
        return tbsTail.ReadWhole(tail => tail.ReadSequence(AsnReaderExtensions.ContextTag(3))
            .ReadWhole(list => list.ReadList().ReadEach(Extension.Read)));
    }

    private bool Has(string oid) => _list.Any(extension => extension.Oid == oid);

    private T? Find<T>(string oid, Func<AsnReader, T> read) where T : class
    {
        if (!Extension.TryFind(_list, oid, read, out T? value))
            AreInvalid = true;
        return value;
    }

    private object ReadBasicConstraints(AsnReader reader) => reader.ReadSequence().ReadWhole(sequence =>
    {
        bool isCa = sequence.Has(Asn1Tag.Boolean) && sequence.ReadBoolean();
        long? pathLength = null;
        if (sequence.HasData)
        {
            var length = sequence.ReadInteger();
            if (length.Sign < 0)
                AreInvalid = true;
            // OpenSSL takes a length that does not fit for none (crypto/asn1/a_int.c, ASN1_INTEGER_get).
            else if (length <= long.MaxValue)
                pathLength = (long)length;
        }
        (IsCa, PathLength, HasBasicConstraints) = (isCa, pathLength, true);
        return sequence;
    });

    private static object ReadKeyUsage(AsnReader reader)
    {
        byte[] bits = reader.ReadBits(out _);
        int usage = (bits.Length > 0 ? bits[0] : 0) | (bits.Length > 1 ? bits[1] << 8 : 0);
        return usage != 0 ? (KeyUsages)usage : throw new AsnContentException("The key usage allows nothing.");
    }

    private static object ReadNetscapeType(AsnReader reader) => (NetscapeTypes)(reader.ReadBits(out _) is [var bits, ..] ? bits : 0);

    /// <summary>v3_pcia.c, PROXY_CERT_INFO_EXTENSION (RFC 3820 3.8).</summary>
    private static object ReadProxy(AsnReader reader) => reader.ReadSequence().ReadWhole(info =>
    {
        if (info.Has(Asn1Tag.Integer))
            info.ReadInteger();
        return info.ReadSequence().ReadWhole(policy =>
        {
            policy.ReadOid();
            return policy.HasData ? policy.ReadOctets() : [];
        });
    });
}
