using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Requests;

/// <summary>The names that the user gave, as they were written. An empty text means the same as null: not given.</summary>
internal sealed record CertificateNaming
{
    private readonly IReadOnlyList<string> _organizationalUnits = [];
    private readonly IReadOnlyList<string> _dnsNames = [];
    private readonly IReadOnlyList<string> _ipAddresses = [];

    /// <summary>What the certificate is used for.</summary>
    public CertificateRole Role { get; init; }

    /// <summary>The whole subject in the form of RFC 4514 or openssl, instead of the fields. An empty one is an error.</summary>
    public string? Subject { get; init; }

    /// <summary>The common name: a server's host name, a client's role.</summary>
    public string? CommonName { get; init; }

    /// <summary>The organization.</summary>
    public string? Organization { get; init; }

    /// <summary>The units in it, the largest first.</summary>
    public IReadOnlyList<string> OrganizationalUnits { get => _organizationalUnits; init => _organizationalUnits = Given(value); }

    /// <summary>The city.</summary>
    public string? Locality { get; init; }

    /// <summary>The state or province.</summary>
    public string? State { get; init; }

    /// <summary>The country: two letters.</summary>
    public string? Country { get; init; }

    /// <summary>The e-mail address.</summary>
    public string? EmailAddress { get; init; }

    /// <summary>Host names, in addition to the common name.</summary>
    public IReadOnlyList<string> DnsNames { get => _dnsNames; init => _dnsNames = Given(value); }

    /// <summary>IP addresses.</summary>
    public IReadOnlyList<string> IPAddresses { get => _ipAddresses; init => _ipAddresses = Given(value); }

    /// <summary>A certificate to renew: what is not given is copied from it, the whole subject or all alternative names.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The host that the certificate was read from; null if that is not known.</summary>
    public string? CertificateHost { get; init; }

    /// <summary>Whether alternative names were given.</summary>
    internal bool HasAlternativeNames => DnsNames.Count + IPAddresses.Count > 0;

    /// <summary>Whether a subject was given, in whole or in part.</summary>
    internal bool HasSubject => Subject is not null || Fields().Any();

    /// <summary>Makes the subject.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidSubject"/>, <see cref="PgSslError.InvalidHostName"/> for a mistyped address, or
    /// <see cref="PgSslError.ContradictoryParameters"/> for both fields and a whole subject.
    /// </exception>
    internal SubjectName ToSubject()
    {
        SubjectAttribute[][] fields = [.. Fields().Select(field => new[] { ToAttribute(field.Type, field.Value) })];
        if (Subject is not null && fields.Length > 0)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "-Subject is the whole subject, but fields of it (-CommonName, -Organization …) are given as well.",
                "Give either -Subject or the fields.");
        if (Subject is not null)
            return SubjectName.Parse(Subject);
        if (fields.Length > 0)
            return SubjectName.FromRelativeNames(fields);
        if (Certificate is not null && SubjectName.Of(Certificate) is { IsEmpty: false } served)
            return served;
        throw new PgSslException(
            PgSslError.InvalidSubject,
            Certificate is null ? "No subject is given." : "The subject of the certificate is empty, and no other subject is given.",
            Role == CertificateRole.Server ? "Name the server: -CommonName db1.example.com" : "Name the role that logs in: -CommonName app");
    }

    // In the order in which openssl asks for them, from large to small.
    private IEnumerable<(AttributeType Type, string Value)> Fields()
    {
        (AttributeType Type, string? Value)[] fields =
        [
            (AttributeType.Country, Country),
            (AttributeType.State, State),
            (AttributeType.Locality, Locality),
            (AttributeType.Organization, Organization),
            .. OrganizationalUnits.Select(unit => (AttributeType.OrganizationalUnit, (string?)unit)),
            (AttributeType.CommonName, CommonName),
            (AttributeType.EmailAddress, EmailAddress),
        ];
        foreach ((AttributeType type, string? value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
                yield return (type, value);
        }
    }

    private SubjectAttribute ToAttribute(AttributeType type, string value)
    {
        if (type == AttributeType.Country)
            return SubjectAttribute.CreateCountry(value);
        bool isHost = type == AttributeType.CommonName && Role == CertificateRole.Server;
        return SubjectAttribute.Create(type, isHost ? CommonHostName.Read(value) : value);
    }

    // A row of a CSV file may have fewer columns than the others. PowerShell binds null for the missing ones.
    private static IReadOnlyList<string> Given(IReadOnlyList<string?>? texts) =>
        [.. (texts ?? []).OfType<string>().Where(text => text.Length > 0)];
}
