using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Requests;

/// <summary>The subject alternative names of a new certificate.</summary>
internal static class AlternativeNames
{
    /// <summary>
    /// The content of the extension; null for none. A server's common name is among the names if it is a host name or an address:
    /// clients read the common name only if there are no other names (RFC 6125 6.4.4). Given names replace those of the certificate to
    /// renew; otherwise the latter are copied byte for byte, and a given common name is put in front of them unless it is one of them.
    /// </summary>
    public static byte[]? Create(CertificateNaming naming, SubjectName subject)
    {
        GeneralName? host = naming.Role == CertificateRole.Server ? HostOf(subject) : null;
        if (!naming.HasAlternativeNames && naming.Certificate is not null && Extension(naming.Certificate) is { } served)
            return Copy(served, naming.HasSubject ? host : null);
        // RFC 5280 4.2.1.6: an e-mail address of the subject must be here as well. For a server it would be useless.
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

    /// <summary>Whether the extension has any name of a host.</summary>
    public static bool NameAHost(byte[]? extension) =>
        Read(extension).Any(name => name.Kind is GeneralNameKind.Dns or GeneralNameKind.IpAddress);

    /// <summary>Whether the extension has a name for this host.</summary>
    public static bool Cover(byte[]? extension, string host) => Read(extension).Any(name => HostNameVerifier.Matches(name, host));

    /// <summary>
    /// A server may send a certificate with names that a request may not have (RFC 5280 4.2.1.6): a CA would refuse the request.
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
                throw new AsnContentException($"an IP address has 4 or 16 bytes, but {name} has {name.Value.Length}.");
            bool isText = name.Kind is GeneralNameKind.Dns or GeneralNameKind.Email or GeneralNameKind.Uri;
            if (isText && name.Value.Span.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) >= 0)
                throw new AsnContentException($"\"{name}\" contains control characters, or characters that are not ASCII.");
        }
        return names;
    }

    private static byte[]? Copy(byte[] served, GeneralName? host)
    {
        // Literally: for libpq a wildcard matches the name, too, but CAs require that the common name is one of the alternative names
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

    // Not with SubjectAlternativeNameBuilder: it changes names by IDNA, and refuses some names that are valid for DNS and libpq.
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
