using System.Formats.Asn1;
using System.Text.RegularExpressions;
using PgSsl.Asn1;

namespace PgSsl.Requests;

/// <summary>A type of attribute in a subject, and its possible values.</summary>
/// <param name="Oid">Its object identifier.</param>
/// <param name="Name">Its name in messages.</param>
/// <param name="MaximumLength">In characters (RFC 5280 appendix A, ub-…).</param>
/// <param name="Tag">
/// Its string type in new certificates. It is that of OpenSSL (crypto/asn1/tbl_standard.h): UTF8String if there is a choice.
/// </param>
/// <param name="Keywords">Its names before the equals sign, in upper or lower case.</param>
internal sealed partial record AttributeType(
    string Oid, string Name, int MaximumLength, UniversalTagNumber Tag, params string[] Keywords)
{
    private const UniversalTagNumber Utf8 = UniversalTagNumber.UTF8String;
    private const UniversalTagNumber Printable = UniversalTagNumber.PrintableString;
    private const UniversalTagNumber Ia5 = UniversalTagNumber.IA5String;
    private const int LongName = 32768;

    public static readonly AttributeType CommonName = new(Oids.CommonName, "common name (CN)", 64, Utf8, "CN", "commonName");
    public static readonly AttributeType Organization = new("2.5.4.10", "organization (O)", 64, Utf8, "O", "organizationName");

    public static readonly AttributeType OrganizationalUnit =
        new("2.5.4.11", "organizational unit (OU)", 64, Utf8, "OU", "organizationalUnitName");

    public static readonly AttributeType Locality = new("2.5.4.7", "locality (L)", 128, Utf8, "L", "localityName");
    public static readonly AttributeType State = new("2.5.4.8", "state (ST)", 128, Utf8, "ST", "S", "stateOrProvinceName");
    public static readonly AttributeType Country = new("2.5.4.6", "country (C)", 2, Printable, "C", "countryName");

    // RFC 5280 has 255, OpenSSL the 128 of RFC 3280: openssl ca refuses a longer one.
    public static readonly AttributeType EmailAddress =
        new(Oids.EmailAddress, "e-mail address (emailAddress)", 128, Ia5, "emailAddress", "E", "email");

    private static readonly AttributeType[] All =
    [
        CommonName, Organization, OrganizationalUnit, Locality, State, Country, EmailAddress,
        new("2.5.4.4", "surname (SN)", LongName, Utf8, "SN", "surname"),
        new("2.5.4.5", "serial number (serialNumber)", 64, Printable, "serialNumber"),
        new("2.5.4.9", "street (STREET)", 128, Utf8, "STREET", "streetAddress"),
        new("2.5.4.12", "title", 64, Utf8, "title", "T"),
        new("2.5.4.13", "description", 1024, Utf8, "description"),
        new("2.5.4.15", "business category (businessCategory)", 128, Utf8, "businessCategory"),
        new("2.5.4.17", "postal code (postalCode)", 40, Utf8, "postalCode"),
        new("2.5.4.41", "name", LongName, Utf8, "name"),
        new("2.5.4.42", "given name (GN)", LongName, Utf8, "GN", "G", "givenName"),
        new("2.5.4.43", "initials", LongName, Utf8, "initials"),
        new("2.5.4.44", "generation qualifier (generationQualifier)", LongName, Utf8, "generationQualifier"),
        new("2.5.4.46", "qualifier (dnQualifier)", LongName, Printable, "dnQualifier"),
        new("2.5.4.65", "pseudonym", 128, Utf8, "pseudonym"),
        new("2.5.4.97", "organization identifier (organizationIdentifier)", LongName, Utf8, "organizationIdentifier"),
        new("0.9.2342.19200300.100.1.1", "user id (UID)", 256, Utf8, "UID", "userId"),
        new("0.9.2342.19200300.100.1.25", "domain component (DC)", 63, Ia5, "DC", "domainComponent"),
    ];

    /// <summary>The type of a keyword or of a dotted identifier (<c>2.5.4.3</c>, <c>OID.2.5.4.3</c>); null if there is none.</summary>
    public static AttributeType? Find(string keyword)
    {
        string oid = keyword.StartsWith("OID.", StringComparison.OrdinalIgnoreCase) ? keyword[4..] : keyword;
        return Array.Find(All, type => type.Oid == oid || type.Keywords.Contains(keyword, StringComparer.OrdinalIgnoreCase))
            ?? (DottedOid().IsMatch(oid) ? new AttributeType(oid, $"attribute {oid}", int.MaxValue, Utf8) : null);
    }

    // The first arc is 0, 1 or 2, the second below 40 under 0 and 1 (X.660); no leading zeros.
    [GeneratedRegex(@"^([01]\.[1-3]?[0-9]|2\.(0|[1-9][0-9]{0,8}))(\.(0|[1-9][0-9]{0,30}))+$")]
    private static partial Regex DottedOid();
}
