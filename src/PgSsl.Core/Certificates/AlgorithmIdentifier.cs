using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>
/// An algorithm and its parameters (RFC 5280 4.1.1.2). Two are equal if OpenSSL takes them for equal, however they are encoded
/// (crypto/asn1/x_algor.c, X509_ALGOR_cmp).
/// </summary>
internal sealed record AlgorithmIdentifier(string Oid, AsnAny? Parameters)
{
    public static AlgorithmIdentifier Read(AsnReader reader) => reader.ReadSequence().ReadWhole(content =>
        new AlgorithmIdentifier(content.ReadOid(), content.HasData ? content.ReadAny() : null));

    /// <summary>The elements of parameters that are a SEQUENCE; null for other parameters, and for none.</summary>
    public AsnReader? ReadParameters() => Parameters is { Type: UniversalTagNumber.Sequence } sequence
        ? new AsnReader(sequence.Content, AsnEncodingRules.BER).ReadSequence()
        : null;
}
