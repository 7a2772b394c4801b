using System.Text.RegularExpressions;
using PgSsl.Certificates;

namespace PgSsl.Served;

/// <summary>What a certificate must be like to be the expected one.</summary>
internal sealed record CertificateExpectation
{
    /// <summary>A test of the issuer's full name and of its common name; null accepts any issuer.</summary>
    public Func<string, bool>? Issuer { get; init; }

    /// <summary>How <see cref="Issuer"/> was written, for messages.</summary>
    public string? IssuerPattern { get; init; }

    /// <summary>SHA-256 fingerprints that it must not have, as upper-case hex.</summary>
    public IReadOnlyList<string> NotFingerprints { get; init; } = [];

    /// <summary>Whether a self-signed certificate is refused.</summary>
    public bool NotSelfSigned { get; init; }

    /// <summary>How the objection to one of <see cref="NotFingerprints"/> begins.</summary>
    public const string StillServes = "it still serves the certificate";

    /// <summary>Says why a certificate is not the expected one; null if it is.</summary>
    public string? Objection(ServerCertificate served)
    {
        if (served.Error is { } error)
            return error;
        if (NotFingerprints.Contains(served.Fingerprint))
            return $"{StillServes} {served.Fingerprint} of {served.Subject}, valid until {served.NotAfter:u}";
        if (NotSelfSigned && served.IsSelfSigned == true)
            return $"it serves a self-signed certificate of {served.Subject}";
        if (Issuer is { } matches && !matches(served.Issuer!) && !matches(CertificateNames.IssuerDisplay(served.Chain[0])))
            return $"it serves a certificate issued by {served.Issuer}, not by {IssuerPattern}";
        return null;
    }

    /// <summary>
    /// Reads a fingerprint in any usual form: with colons, blanks or dashes between the bytes, in either case, and with <c>SHA256:</c> or
    /// <c>sha256 Fingerprint=</c> before it.
    /// </summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: it is not a SHA-256 fingerprint.</exception>
    public static string ParseFingerprint(string text)
    {
        string hex = FingerprintNoise.Replace(text, "").ToUpperInvariant();
        if (hex.Length == Sha256HexLength && hex.All(char.IsAsciiHexDigit))
            return hex;
        throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"\"{text}\" is not a SHA-256 fingerprint, which has {Sha256HexLength} hexadecimal digits, with or without separators." +
            (hex.Length == Sha1HexLength ? " This looks like SHA-1." : ""),
            "Take it from: (Get-PgServerCertificate db1).Fingerprint, or openssl x509 -noout -fingerprint -sha256");
    }

    private const int Sha256HexLength = 64;
    private const int Sha1HexLength = 40;

    private static readonly Regex FingerprintNoise = new("^.*(=|SHA256:)|[:\\s-]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
