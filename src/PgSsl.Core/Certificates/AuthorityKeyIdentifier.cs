using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>Which key signed this (RFC 5280 4.2.1.1).</summary>
internal sealed record AuthorityKeyIdentifier(ReadOnlyMemory<byte>? KeyId, DistinguishedName? Issuer, ReadOnlyMemory<byte>? Serial)
{
    public static AuthorityKeyIdentifier Read(AsnReader reader)
    {
        AsnReader sequence = reader.ReadSequence();
        ReadOnlyMemory<byte>? keyId = null, serial = null;
        DistinguishedName? issuer = null;
        if (sequence.Has(0))
            keyId = sequence.ReadOctets(AsnReaderExtensions.ContextTag(0));
        if (sequence.Has(1))
            issuer = GeneralName.ReadAll(sequence, AsnReaderExtensions.ContextTag(1))
                .FirstOrDefault(name => name.Kind == GeneralNameKind.Directory)?.Directory;
        if (sequence.HasData)
            serial = sequence.ReadIntegerBytes(AsnReaderExtensions.ContextTag(2));
        sequence.ThrowIfNotEmpty();
        return new AuthorityKeyIdentifier(keyId, issuer, serial);
    }

    /// <summary>crypto/x509/v3_purp.c, X509_check_akid: what is given must match, what is absent does not matter.</summary>
    public bool Matches(ParsedCertificate issuer) =>
        (KeyId is not { } key || issuer.SubjectKeyIdentifier is not { } subjectKey || key.Span.SequenceEqual(subjectKey))
        && (Serial is not { } serial || serial.Span.SequenceEqual(issuer.SerialNumber.Span))
        && (Issuer is null || Issuer.Equals(issuer.Issuer));
}
