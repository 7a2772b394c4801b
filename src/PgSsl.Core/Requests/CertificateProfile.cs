using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Requests;

/// <summary>A certificate without its key and its issuer: its names, and what it may be used for.</summary>
internal sealed class CertificateProfile
{
    private const int SerialNumberBytes = 16;

    // Clocks differ by minutes, and clients refuse a certificate that is not valid yet.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly byte[]? _alternativeNames;

    private CertificateProfile(CertificateRole role, SubjectName subject, byte[]? alternativeNames)
    {
        (Role, Subject, _alternativeNames) = (role, subject, alternativeNames);
        SubjectAlternativeNames = AlternativeNames.Describe(alternativeNames);
    }

    /// <summary>What it is used for.</summary>
    public CertificateRole Role { get; }

    /// <summary>Its subject.</summary>
    public SubjectName Subject { get; }

    /// <summary>Its alternative names: <c>DNS:db1</c>, <c>IP:10.0.0.1</c> …</summary>
    public IReadOnlyList<string> SubjectAlternativeNames { get; }

    /// <summary>Sentences about problems that these names will cause.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Derives the profile from the names, and checks them.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidSubject"/>, <see cref="PgSslError.InvalidHostName"/>, <see cref="PgSslError.ContradictoryParameters"/>,
    /// or <see cref="PgSslError.MalformedCertificate"/> for a certificate whose names cannot be read.
    /// </exception>
    public static CertificateProfile Create(CertificateNaming naming)
    {
        try
        {
            return CreateFrom(naming);
        }
        catch (AsnContentException exception)
        {
            throw new PgSslException(
                PgSslError.MalformedCertificate,
                $"The names in the certificate to renew cannot be copied: {exception.Message}",
                naming.Role == CertificateRole.Server
                    ? "Give the names of the server with -CommonName, and with -DnsName or -IPAddress."
                    : "Give the name of the role with -CommonName, and hosts with -DnsName or -IPAddress.",
                exception);
        }
    }

    /// <summary>Makes the request for a CA (PKCS #10), in PEM.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>: the key cannot sign.</exception>
    public string CreateRequestPem(CertificateKey key)
    {
        DotNetRequest request = Prepare(key);
        var usage = X509KeyUsageFlags.DigitalSignature | (key.IsRsa ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.None);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        return CertificateKey.Sign(request.CreateSigningRequestPem) + "\n";
    }

    /// <summary>Makes a certificate that is signed with its own key: a leaf, not a CA.</summary>
    /// <remarks>
    /// It has no key usage. For OpenSSL before 3.0 a certificate is its own issuer only if it may sign certificates or has no key usage
    /// (crypto/x509v3/v3_purp.c, X509_check_issued), and a leaf must not claim that it may sign certificates.
    /// </remarks>
    /// <param name="key">Its key.</param>
    /// <param name="days">The number of days that it is valid.</param>
    /// <param name="at">The present time; the certificate is valid from a few minutes before it.</param>
    /// <returns>The certificate, without its key.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>: the key cannot sign.</exception>
    public X509Certificate2 CreateSelfSigned(CertificateKey key, int days, DateTimeOffset at)
    {
        DotNetRequest request = Prepare(key);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        // Positive and without leading zeros, so that every tool shows the same digits (RFC 5280 4.1.2.2).
        byte[] serialNumber = RandomNumberGenerator.GetBytes(SerialNumberBytes);
        serialNumber[0] = (byte)((serialNumber[0] & 0x3F) | 0x40);
        return CertificateKey.Sign(
            () => request.Create(request.SubjectName, key.SignatureGenerator, at - ClockSkew, at.AddDays(days), serialNumber));
    }

    /// <summary>When such a certificate is valid.</summary>
    internal static (DateTime NotBefore, DateTime NotAfter) ValidityOf(int days, DateTimeOffset at) =>
        ((at - ClockSkew).UtcDateTime, at.AddDays(days).UtcDateTime);

    private static CertificateProfile CreateFrom(CertificateNaming naming)
    {
        SubjectName subject = naming.ToSubject();
        if (naming.Role != CertificateRole.Server && subject.CommonName is null)
            throw new PgSslException(
                PgSslError.InvalidSubject,
                $"The subject {subject} has no common name. PostgreSQL needs it: it is the role that logs in (pg_hba.conf, method cert).",
                "Give the name of the role with -CommonName, or with CN= in -Subject.");
        byte[]? alternativeNames = AlternativeNames.Create(naming, subject);
        return new CertificateProfile(naming.Role, subject, alternativeNames)
        {
            Warnings = [.. WarningsAbout(naming, subject, alternativeNames)],
        };
    }

    private DotNetRequest Prepare(CertificateKey key)
    {
        DotNetRequest request = key.CreateRequest(new X500DistinguishedName(Subject.Encoded.Span));
        OidCollection purposes = [];
        if (Role != CertificateRole.Client)
            purposes.Add(new Oid(Oids.ServerAuthentication));
        if (Role != CertificateRole.Server)
            purposes.Add(new Oid(Oids.ClientAuthentication));
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, critical: false));
        if (_alternativeNames is not null)
            // Not X509SubjectAlternativeNameExtension: it would check the names again, by other rules.
            request.CertificateExtensions.Add(new X509Extension(Oids.SubjectAlternativeName, _alternativeNames, critical: false));
        return request;
    }

    private static IEnumerable<string> WarningsAbout(CertificateNaming naming, SubjectName subject, byte[]? alternativeNames)
    {
        if (naming.Role == CertificateRole.Client)
            yield break;
        bool isSubjectOfHost = naming is { Role: CertificateRole.Server, Subject: not null };
        if (isSubjectOfHost && subject.CommonName is { } name && !name.All(char.IsAscii) && CertificateHostName.TryNormalize(name) is { } ascii)
            yield return $"The common name \"{name}\" is kept as -Subject has it, but clients look for the ASCII form of an " +
                $"international name. Write CN={ascii}, or use -CommonName, which converts it.";
        if (!AlternativeNames.NameAHost(alternativeNames))
            yield return WarnOfNoHost(naming.Role, subject);
        else if (naming.CertificateHost is { } host && !AlternativeNames.Cover(alternativeNames, host))
            yield return $"The host that sent the certificate, \"{PrintableText.Of(host)}\", is not one of its alternative names: " +
                "clients that connect to it with sslmode=verify-full will not accept the certificate. Name all hosts with -DnsName, " +
                "and addresses with -IPAddress.";
    }

    private static string WarnOfNoHost(CertificateRole role, SubjectName subject)
    {
        if (role == CertificateRole.Replication)
            return "No host name is given: clients with sslmode=verify-full cannot connect to the server that uses this certificate. " +
                "Give its host name with -DnsName.";
        string what = subject.CommonName is { } name
            ? $"The common name \"{PrintableText.Of(name)}\" is neither a host name nor an IP address"
            : "The subject has no common name";
        return $"{what}, and no other name is given: clients with sslmode=verify-full will not accept the certificate. " +
            "Give the names of the server with -DnsName or -IPAddress.";
    }
}
