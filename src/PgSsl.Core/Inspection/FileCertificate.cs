using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl;

/// <summary>A certificate or a private key in a file. Of a key there is nothing secret. Times are UTC.</summary>
public sealed record FileCertificate
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Its position among those of the file, counted from 1.</summary>
    public required int Position { get; init; }

    /// <summary><c>Certificate</c> or <c>PrivateKey</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The certificate's subject; of a key, that of its certificate, if that is among the files.</summary>
    public string? Subject { get; init; }

    /// <summary>Who issued the certificate.</summary>
    public string? Issuer { get; init; }

    /// <summary>The certificate's alternative names: <c>DNS:db1</c>, <c>IP:10.0.0.1</c> …</summary>
    public OutputList<string> SubjectAlternativeName { get; init; } = [];

    /// <summary>The serial number, upper-case hex.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Valid from.</summary>
    public DateTime? NotBefore { get; init; }

    /// <summary>Valid until.</summary>
    public DateTime? NotAfter { get; init; }

    /// <summary>Whole days until it expires, counted down; negative once it has.</summary>
    public int? DaysRemaining { get; init; }

    /// <summary>SHA-256 of the certificate, upper-case hex without separators.</summary>
    public string? Fingerprint { get; init; }

    /// <summary><c>RSA</c>, <c>ECDSA</c>, <c>Ed25519</c> …; null for a key that could not be read.</summary>
    public string? KeyAlgorithm { get; init; }

    /// <summary>The key's size in bits; 0 where it is not known.</summary>
    public int? KeySize { get; init; }

    /// <summary>The algorithm of the issuer's signature.</summary>
    public string? SignatureAlgorithm { get; init; }

    /// <summary>Whether OpenSSL accepts the certificate as a CA.</summary>
    public bool? IsCa { get; init; }

    /// <summary>Whether it is its own issuer.</summary>
    public bool? IsSelfSigned { get; init; }

    /// <summary>Whether a passphrase protects the key; null for a certificate.</summary>
    public bool? IsEncrypted { get; init; }

    /// <summary>
    /// Whether key and certificate belong together: whether one of the files has the key of this certificate, or the certificate of this key.
    /// Null if none of the files has any; for a CA, whose key is elsewhere; and for a key that could not be read.
    /// </summary>
    public bool? KeyMatches { get; init; }

    /// <summary>The file with the other half: the key of a certificate, or the certificate of a key.</summary>
    public string? MatchingPath { get; init; }

    /// <summary>The mode of the file: <c>0600</c>; null on Windows.</summary>
    public string? FileMode { get; init; }

    /// <summary><c>Good</c>, or what is wrong: the kinds of problems that Get-PgServerCertificate and Get-PgRootCert have.</summary>
    public required OutputList<string> Status { get; init; }

    /// <summary>The same as sentences.</summary>
    public required OutputList<string> Problems { get; init; }

    /// <summary>The certificate, as PEM; null for a key.</summary>
    public string? CertificatePem { get; init; }

    internal X509Certificate2? Certificate { get; init; }

    /// <summary>The same for the same key; null where it is not known.</summary>
    internal string? KeyIdentity { get; init; }

    /// <summary>The certificate; null for a key. A method, because ConvertTo-Json would write all of its properties.</summary>
    public X509Certificate2? GetCertificate() => Certificate;

    /// <summary>Describes a certificate.</summary>
    internal static FileCertificate Of(
        X509Certificate2 certificate, string path, int position, DateTimeOffset at, IReadOnlyCollection<(string Kind, string Message)> problems)
    {
        (string algorithm, int size) = PublicKeyDescription.Of(certificate);
        var parsed = ParsedCertificate.Of(certificate);
        return new FileCertificate
        {
            Path = path,
            Position = position,
            Kind = "Certificate",
            Subject = certificate.Subject,
            Issuer = certificate.Issuer,
            SubjectAlternativeName = [.. CertificateNames.SubjectAlternativeNames(certificate)],
            SerialNumber = certificate.SerialNumber,
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            DaysRemaining = (int)Math.Floor((certificate.NotAfter.ToUniversalTime() - at.UtcDateTime).TotalDays),
            Fingerprint = Certificates.Fingerprint.Of(certificate),
            KeyAlgorithm = algorithm,
            KeySize = size,
            SignatureAlgorithm = certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value,
            IsCa = parsed is { CaKind: not 0 },
            IsSelfSigned = parsed is { IsSelfSigned: true },
            Status = problems.Count > 0 ? [.. problems.Select(problem => problem.Kind).Distinct()] : ["Good"],
            Problems = [.. problems.Select(problem => problem.Message)],
            CertificatePem = certificate.ExportCertificatePem(),
            Certificate = certificate,
            KeyIdentity = parsed is null ? null : Certificates.Verification.KeyIdentity.Of(certificate).Text,
        };
    }
}
