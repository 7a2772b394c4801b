using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Requests;

/// <summary>The names that were asked for, as they were written.</summary>
public sealed record CertificateNaming
{
    /// <summary>What the certificate is to be for.</summary>
    public CertificateRole Role { get; init; }

    /// <summary>The whole subject, as RFC 4514 or openssl write it; instead of the fields.</summary>
    public string? Subject { get; init; }

    /// <summary>The common name: a server's host name, a client's role.</summary>
    public string? CommonName { get; init; }

    /// <summary>The organization.</summary>
    public string? Organization { get; init; }

    /// <summary>The units within it, the largest first.</summary>
    public IReadOnlyList<string> OrganizationalUnits { get; init; } = [];

    /// <summary>The town.</summary>
    public string? Locality { get; init; }

    /// <summary>The state or province.</summary>
    public string? State { get; init; }

    /// <summary>The country: two letters.</summary>
    public string? Country { get; init; }

    /// <summary>The e-mail address.</summary>
    public string? EmailAddress { get; init; }

    /// <summary>Host names, besides the common name.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>IP addresses.</summary>
    public IReadOnlyList<string> IPAddresses { get; init; } = [];

    /// <summary>A certificate to take over what is not named: its subject as a whole, its alternative names as a whole.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The host that was asked for that certificate; null where it is not known.</summary>
    public string? CertificateHost { get; init; }

    /// <summary>Whether alternative names are given.</summary>
    internal bool HasAlternativeNames => DnsNames.Count + IPAddresses.Count > 0;

    /// <summary>Whether a subject is given, in whole or in part.</summary>
    internal bool HasSubject => Subject is not null || Fields().Any();

    /// <summary>The subject that they make.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidSubject"/>, <see cref="PgSslError.InvalidHostName"/> for a mistyped address, or
    /// <see cref="PgSslError.ContradictoryParameters"/> for both fields and a whole subject.
    /// </exception>
    internal SubjectName ToSubject()
    {
        SubjectAttribute[][] fields = [.. Fields().Select(field => new[] { SubjectAttribute.Create(field.Type, field.Value) })];
        if (Subject is not null && fields.Length > 0)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "-Subject is the whole subject, and fields of it (-CommonName, -Organization …) are given as well.",
                "Give either -Subject or the fields.");
        if (Subject is not null)
            return SubjectName.Parse(Subject);
        if (fields.Length > 0)
            return SubjectName.FromRelativeNames(fields);
        if (Certificate is not null && SubjectName.Of(Certificate) is { IsEmpty: false } served)
            return served;
        throw new PgSslException(
            PgSslError.InvalidSubject,
            Certificate is null ? "No subject is given." : "The subject of the certificate is empty, and no other one is given.",
            Role == CertificateRole.Server ? "Name the server: -CommonName db1.example.com" : "Name the role that logs in: -CommonName app");
    }

    // The order of openssl's questionnaire, from the large to the small.
    private IEnumerable<(AttributeType Type, string Value)> Fields()
    {
        if (Country is not null)
            yield return (AttributeType.Country, Country.ToUpperInvariant());
        if (State is not null)
            yield return (AttributeType.State, State);
        if (Locality is not null)
            yield return (AttributeType.Locality, Locality);
        if (Organization is not null)
            yield return (AttributeType.Organization, Organization);
        foreach (string unit in OrganizationalUnits)
            yield return (AttributeType.OrganizationalUnit, unit);
        if (CommonName is not null)
            yield return (AttributeType.CommonName, Role == CertificateRole.Server ? AsHostName(CommonName) : CommonName);
        if (EmailAddress is not null)
            yield return (AttributeType.EmailAddress, EmailAddress);
    }

    // What is no host name may be wanted all the same, such as project:instance; a mistyped address is not.
    private static string AsHostName(string commonName)
    {
        CertificateHostName.CheckNotNumeric(commonName);
        return CertificateHostName.TryNormalize(commonName) ?? commonName;
    }
}
