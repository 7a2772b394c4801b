using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PgSsl.Certificates.Requests;

/// <summary>The subject alternative names of a certificate that is to be made.</summary>
internal static class AlternativeNames
{
    /// <summary>
    /// The content of the extension; null for none. Names that are given win over those of a certificate, which are taken over
    /// byte for byte. A server's common name is among them if it is a host name or an address: clients look at it only where there
    /// are no others (RFC 6125 6.4.4).
    /// </summary>
    public static byte[]? Create(CertificateNaming naming, SubjectName subject)
    {
        if (!naming.HasAlternativeNames && naming.Certificate is not null && Extension(naming.Certificate) is { } served)
        {
            Check(served);
            return served;
        }
        var dnsNames = new List<string>();
        var addresses = new List<IPAddress>();
        if (naming.Role == CertificateRole.Server && subject.CommonName is { } commonName)
            Add(commonName, dnsNames, addresses);
        dnsNames.AddRange(naming.DnsNames.Select(CertificateHostName.Normalize));
        addresses.AddRange(naming.IPAddresses.Select(CertificateHostName.ParseAddress));
        // RFC 5280 4.2.1.6: who puts an e-mail address into the subject puts it here as well. A server is not reached by it.
        IEnumerable<string> mail = naming.Role == CertificateRole.Server
            ? []
            : subject.EmailAddresses.Where(address => address.All(char.IsAscii));
        return Encode([.. dnsNames.Distinct(StringComparer.OrdinalIgnoreCase)], [.. addresses.Distinct()], [.. mail.Distinct()]);
    }

    /// <summary>The names in the extension, as text.</summary>
    public static IReadOnlyList<string> Describe(byte[]? extension) => extension is null
        ? []
        : [.. GeneralName.ReadAll(new AsnReader(extension, AsnEncodingRules.BER)).Select(name => name.ToString())];

    /// <summary>Whether any client could find a host in the extension.</summary>
    public static bool NameAHost(byte[]? extension) => extension is not null
        && GeneralName.ReadAll(new AsnReader(extension, AsnEncodingRules.BER))
            .Any(name => name.Kind is GeneralNameKind.Dns or GeneralNameKind.IpAddress);

    /// <summary>
    /// Certificates are served with names that no request may have (RFC 5280 4.2.1.6): a CA would refuse it, and libpq the certificate.
    /// </summary>
    private static void Check(byte[] extension)
    {
        var reader = new AsnReader(extension, AsnEncodingRules.DER);
        IReadOnlyList<GeneralName> names = GeneralName.ReadAll(reader);
        if (reader.HasData)
            throw new AsnContentException("bytes follow the list of names.");
        foreach (GeneralName name in names)
        {
            if (name.Kind == GeneralNameKind.IpAddress && name.Value.Length is not (4 or 16))
                throw new AsnContentException($"an IP address has 4 bytes or 16, and {name} has {name.Value.Length}.");
            bool isText = name.Kind is GeneralNameKind.Dns or GeneralNameKind.Email or GeneralNameKind.Uri;
            if (isText && name.Value.Span.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) >= 0)
                throw new AsnContentException($"\"{name}\" holds characters beyond ASCII, or control characters.");
        }
    }

    private static void Add(string commonName, List<string> dnsNames, List<IPAddress> addresses)
    {
        if (CertificateHostName.TryParseAddress(commonName) is { } address)
            addresses.Add(address);
        else if (CertificateHostName.TryNormalize(commonName) is { } name)
            dnsNames.Add(name);
    }

    private static byte[]? Extension(X509Certificate2 certificate) =>
        certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == Oids.SubjectAlternativeName)?.RawData;

    // By hand, because SubjectAlternativeNameBuilder changes names by IDNA, and refuses some that DNS and libpq take.
    private static byte[]? Encode(IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses, IReadOnlyList<string> mail)
    {
        if (dnsNames.Count + addresses.Count + mail.Count == 0)
            return null;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string name in dnsNames)
                Write(writer, GeneralNameKind.Dns, Encoding.ASCII.GetBytes(name));
            foreach (IPAddress address in addresses)
                Write(writer, GeneralNameKind.IpAddress, address.GetAddressBytes());
            foreach (string address in mail)
                Write(writer, GeneralNameKind.Email, Encoding.ASCII.GetBytes(address));
        }
        return writer.Encode();
    }

    private static void Write(AsnWriter writer, GeneralNameKind kind, byte[] value) =>
        writer.WriteOctetString(value, new Asn1Tag(TagClass.ContextSpecific, (int)kind));
}
