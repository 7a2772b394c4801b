using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The extensions of a certificate that verification needs.</summary>
internal sealed class CertificateExtensions
{
    // crypto/x509/v3_purp.c, X509_supported_extension. Address blocks and AS numbers (RFC 3779) are accepted, but not compared.
    private static readonly HashSet<string> Supported =
    [
        Oids.NetscapeCertificateType, Oids.KeyUsage, Oids.SubjectAlternativeName, Oids.BasicConstraints, Oids.CertificatePolicies,
        Oids.CrlDistributionPoints, Oids.ExtendedKeyUsage, Oids.IpAddressBlocks, Oids.AutonomousSystems, Oids.OcspNoCheck,
        Oids.PolicyConstraints, Oids.ProxyCertificateInfo, Oids.NameConstraints, Oids.PolicyMappings, Oids.InhibitAnyPolicy,
    ];

    // What is read. A critical one that is not here may still be one that OpenSSL supports.
    private static readonly string[] Used =
    [
        Oids.BasicConstraints, Oids.KeyUsage, Oids.ExtendedKeyUsage, Oids.NetscapeCertificateType, Oids.SubjectKeyIdentifier,
        Oids.AuthorityKeyIdentifier, Oids.SubjectAlternativeName, Oids.NameConstraints, Oids.CrlDistributionPoints,
    ];

    private readonly Dictionary<string, byte[]> _values = [];
    private readonly HashSet<string> _repeated = [];

    private CertificateExtensions(AsnReader tbsTail, DistinguishedName issuer)
    {
        Collect(tbsTail);
        // All are read, even those that are not needed: OpenSSL cannot use a certificate with an extension that it cannot read.
        foreach (string oid in Used)
            ReadValue(oid, issuer);
        IsProxy = _values.ContainsKey(Oids.ProxyCertificateInfo);
        if (IsProxy && (IsCa || _values.ContainsKey(Oids.SubjectAlternativeName) || _values.ContainsKey(Oids.IssuerAlternativeName)))
            AreInvalid = true;
    }

    /// <summary>Whether one of them cannot be read or is there twice: then OpenSSL neither uses nor accepts the certificate.</summary>
    public bool AreInvalid { get; private set; }

    /// <summary>The first critical extension that OpenSSL does not process.</summary>
    public string? UnhandledCritical { get; private set; }

    public bool HasBasicConstraints { get; private set; }

    public bool IsCa { get; private set; }

    /// <summary>How many CAs may follow below; null for any number.</summary>
    public long? PathLength { get; private set; }

    public KeyUsages? KeyUsage { get; private set; }

    public IReadOnlyList<string>? ExtendedKeyUsages { get; private set; }

    public NetscapeTypes? NetscapeType { get; private set; }

    public ReadOnlyMemory<byte>? SubjectKeyIdentifier { get; private set; }

    public AuthorityKeyIdentifier? AuthorityKeyIdentifier { get; private set; }

    public IReadOnlyList<GeneralName>? SubjectAlternativeNames { get; private set; }

    public NameConstraints? NameConstraints { get; private set; }

    public IReadOnlyList<DistributionPoint> CrlDistributionPoints { get; private set; } = [];

    public bool IsProxy { get; }

    public static CertificateExtensions Read(AsnReader tbsTail, DistinguishedName issuer) => new(tbsTail, issuer);

    /// <summary>v3_purp.c, ku_reject: without the extension every usage is allowed.</summary>
    public bool AllowsUsage(KeyUsages anyOf) => KeyUsage is not { } usage || (usage & anyOf) != 0;

    private void Collect(AsnReader tbsTail)
    {
        while (tbsTail.HasData)
        {
            Asn1Tag tag = tbsTail.PeekContextTag();
            if (tag.TagValue != 3)
            {
                tbsTail.ReadEncodedValue();
                continue;
            }
            AsnReader list = tbsTail.ReadSequence(tag).ReadSequence();
            while (list.HasData)
                CollectOne(list.ReadSequence());
        }
    }

    private void CollectOne(AsnReader extension)
    {
        string oid = extension.ReadObjectIdentifier();
        bool isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
        if (!_values.TryAdd(oid, extension.ReadOctetString()))
            _repeated.Add(oid);
        if (isCritical && !Supported.Contains(oid))
            UnhandledCritical ??= oid;
    }

    private void ReadValue(string oid, DistinguishedName issuer)
    {
        if (!_values.TryGetValue(oid, out byte[]? value))
            return;
        try
        {
            if (_repeated.Contains(oid))
                AreInvalid = true;
            else
                ReadValue(oid, new AsnReader(value, AsnEncodingRules.BER), issuer);
        }
        catch (AsnContentException)
        {
            AreInvalid = true;
        }
    }

    private void ReadValue(string oid, AsnReader reader, DistinguishedName issuer)
    {
        switch (oid)
        {
            case Oids.BasicConstraints:
                ReadBasicConstraints(reader.ReadSequence());
                break;
            case Oids.KeyUsage:
                KeyUsage = ReadKeyUsage(reader);
                break;
            case Oids.ExtendedKeyUsage:
                ExtendedKeyUsages = ReadOids(reader);
                break;
            case Oids.NetscapeCertificateType:
                NetscapeType = (NetscapeTypes)(reader.ReadBitString(out _) is [var bits, ..] ? bits : 0);
                break;
            case Oids.SubjectKeyIdentifier:
                SubjectKeyIdentifier = reader.ReadOctetString();
                break;
            case Oids.AuthorityKeyIdentifier:
                AuthorityKeyIdentifier = AuthorityKeyIdentifier.Read(reader);
                break;
            case Oids.SubjectAlternativeName:
                SubjectAlternativeNames = GeneralName.ReadAll(reader);
                break;
            case Oids.NameConstraints:
                NameConstraints = NameConstraints.Read(reader);
                break;
            case Oids.CrlDistributionPoints:
                CrlDistributionPoints = DistributionPoint.ReadAll(reader, issuer);
                break;
        }
    }

    private void ReadBasicConstraints(AsnReader sequence)
    {
        IsCa = sequence.HasData && sequence.PeekTag() == Asn1Tag.Boolean && sequence.ReadBoolean();
        if (sequence.HasData)
        {
            if (!sequence.TryReadInt64(out long length) || length < 0)
                throw new AsnContentException("The path length is not a valid number.");
            PathLength = length;
        }
        sequence.ThrowIfNotEmpty();
        HasBasicConstraints = true;
    }

    private static KeyUsages ReadKeyUsage(AsnReader reader)
    {
        byte[] bits = reader.ReadBitString(out _);
        int usage = (bits.Length > 0 ? bits[0] : 0) | (bits.Length > 1 ? bits[1] << 8 : 0);
        return usage != 0 ? (KeyUsages)usage : throw new AsnContentException("The key usage allows nothing.");
    }

    private static List<string> ReadOids(AsnReader reader)
    {
        AsnReader sequence = reader.ReadSequence();
        var oids = new List<string>();
        while (sequence.HasData)
            oids.Add(sequence.ReadObjectIdentifier());
        return oids;
    }
}
