using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Requests;

/// <summary>The subject alternative names of a certificate that is to be made.</summary>
internal static class AlternativeNames
{
    /// <summary>
    /// The content of the extension; null for none. A server's common name is among them if it is a host name or an address: clients
    /// look at it only where there are no others (RFC 6125 6.4.4). Names that are given replace those of a certificate, which are
    /// otherwise taken over byte for byte; a common name that was asked for is then put in front of them, unless it is one of them.
    /// </summary>
    public static byte[]? Create(CertificateNaming naming, SubjectName subject)
    {
        GeneralName? host = naming.Role == CertificateRole.Server ? HostOf(subject) : null;
        if (!naming.HasAlternativeNames && naming.Certificate is not null && Extension(naming.Certificate) is { } served)
            return TakeOver(served, naming.HasSubject ? host : null);
        // RFC 5280 4.2.1.6: who puts an e-mail address into the subject puts it here as well. A server is not reached by it.
        IEnumerable<string> mail = naming.Role == CertificateRole.Server
            ? []
            : subject.EmailAddresses.Where(address => address.All(char.IsAscii));
        IEnumerable<GeneralName> names = naming.DnsNames.Select(name => Text(GeneralNameKind.Dns, CertificateHostName.Normalize(name)))
            .Concat(naming.IPAddresses.Select(address => Address(CertificateHostName.ParseAddress(address))))
            .Concat(mail.Select(address => Text(GeneralNameKind.Email, address)));
        return Encode([.. (host is null ? names : names.Prepend(host)).DistinctBy(Identity, StringComparer.OrdinalIgnoreCase)], default);
    }

    /// <summary>The names in the extension, as text.</summary>
    public static IReadOnlyList<string> Describe(byte[]? extension) => [.. Read(extension).Select(Identity)];

    /// <summary>Whether any client could find a host in the extension.</summary>
    public static bool NameAHost(byte[]? extension) =>
        Read(extension).Any(name => name.Kind is GeneralNameKind.Dns or GeneralNameKind.IpAddress);

    /// <summary>Whether clients that connect to a host find it in the extension.</summary>
    public static bool Cover(byte[]? extension, string host) => Read(extension).Any(name => HostNameVerifier.Matches(name, host));

    /// <summary>
    /// Certificates are served with names that no request may have (RFC 5280 4.2.1.6): a CA would refuse it, and libpq the certificate.
    /// </summary>
    private static IReadOnlyList<GeneralName> ReadServed(byte[] extension)
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
        return names;
    }

    private static byte[]? TakeOver(byte[] served, GeneralName? host)
    {
        // By the letter: a wildcard covers the name for libpq, but CAs want a common name to be one of the others
        // (CA/Browser Forum, Baseline Requirements 7.1.4.3).
        bool isThere = ReadServed(served).Select(Identity).Contains(host?.ToString(), StringComparer.OrdinalIgnoreCase);
        return host is null || isThere ? served : Encode([host], new AsnReader(served, AsnEncodingRules.DER).PeekContentBytes());
    }

    private static GeneralName? HostOf(SubjectName subject)
    {
        if (subject.CommonName is not { } commonName)
            return null;
        if (CertificateHostName.TryParseAddress(commonName) is { } address)
            return Address(address);
        return CertificateHostName.TryNormalize(commonName) is { } name ? Text(GeneralNameKind.Dns, name) : null;
    }

    private static GeneralName Address(IPAddress address) => new(GeneralNameKind.IpAddress, address.GetAddressBytes());

    private static GeneralName Text(GeneralNameKind kind, string text) => new(kind, Encoding.ASCII.GetBytes(text));

    private static string Identity(GeneralName name) => name.ToString();

    private static IReadOnlyList<GeneralName> Read(byte[]? extension) =>
        extension is null ? [] : GeneralName.ReadAll(new AsnReader(extension, AsnEncodingRules.BER));

    private static byte[]? Extension(X509Certificate2 certificate) =>
        certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == Oids.SubjectAlternativeName)?.RawData;

    // By hand, because SubjectAlternativeNameBuilder changes names by IDNA, and refuses some that DNS and libpq take.
    private static byte[]? Encode(IReadOnlyList<GeneralName> names, ReadOnlyMemory<byte> encodedNames)
    {
        if (names.Count == 0 && encodedNames.IsEmpty)
            return null;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (GeneralName name in names)
                writer.WriteOctetString(name.Value.Span, new Asn1Tag(TagClass.ContextSpecific, (int)name.Kind));
            var rest = new AsnReader(encodedNames, AsnEncodingRules.DER);
            while (rest.HasData)
                writer.WriteEncodedValue(rest.ReadEncodedValue().Span);
        }
        return writer.Encode();
    }
}
