using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Requests;

/// <summary>The subject of a new certificate, exactly as it is encoded.</summary>
internal sealed class SubjectName
{
    private readonly DistinguishedName _parsed;

    private SubjectName(byte[] encoded)
    {
        Encoded = encoded;
        _parsed = DistinguishedName.Read(new AsnReader(encoded, AsnEncodingRules.BER));
    }

    /// <summary>The Name in DER.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>The first common name, which is the one that PostgreSQL reads; null if there is none.</summary>
    public string? CommonName => _parsed.AttributesOf(Oids.CommonName).FirstOrDefault()?.Text;

    /// <summary>Whether it has no attributes.</summary>
    internal bool IsEmpty => _parsed.Attributes.Count == 0;

    /// <summary>Its e-mail addresses.</summary>
    internal IEnumerable<string> EmailAddresses => _parsed.AttributesOf(Oids.EmailAddress).Select(attribute => attribute.Text);

    /// <summary>Reads a subject in the form of RFC 4514 (<c>CN=db1,O=ACME</c>) or of openssl (<c>/O=ACME/CN=db1</c>).</summary>
    /// <remarks>In the first form the last name comes first. The form of .NET (<c>CN=db1, O="ACME, Inc."</c>) is read as well.</remarks>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidSubject"/>.</exception>
    public static SubjectName Parse(string text) =>
        FromRelativeNames(text.StartsWith('/') ? OpenSslNameParser.Parse(text) : new Rfc4514NameParser(text).Parse());

    /// <summary>The subject of a certificate, byte for byte.</summary>
    public static SubjectName Of(X509Certificate2 certificate) => new(certificate.SubjectName.RawData);

    /// <summary>In the form of .NET, the last name first; without the control characters that a stranger's certificate may have.</summary>
    public override string ToString() => PrintableText.Of(new X500DistinguishedName(Encoded.Span).Name);

    /// <summary>Encodes relative names, in the order of the encoding; several attributes in one relative name are a set.</summary>
    internal static SubjectName FromRelativeNames(IReadOnlyList<IReadOnlyList<SubjectAttribute>> relativeNames)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (IReadOnlyList<SubjectAttribute> attributes in relativeNames)
            {
                using (writer.PushSetOf())
                {
                    foreach (SubjectAttribute attribute in attributes)
                        attribute.Write(writer);
                }
            }
        }
        return new SubjectName(writer.Encode());
    }
}
