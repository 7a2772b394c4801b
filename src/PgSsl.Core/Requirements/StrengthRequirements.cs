using System.Formats.Asn1;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Requirements;

/// <summary>That keys and signatures are strong enough for the server's OpenSSL, and of a kind that clients can use.</summary>
internal static class StrengthRequirements
{
    private const string Level = "OpenSSL's security level 2, the default of Debian, Ubuntu, RHEL and OpenSSL 3.2";
    private const string NewKey = "Make a new key: New-PgCsr";

    // RFC 8446 4.2.3 and OpenSSL's default groups (ssl/t1_lib.c): with other curves there is no signature scheme to agree on.
    private static readonly string[] UsableCurves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts, ParsedCertificate leaf)
    {
        ParsedCertificate[] all = [.. facts.Chain.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        return [JudgeKeys(all), JudgeSignatures(all), JudgeAlgorithm(leaf), JudgeChannelBinding(leaf)];
    }

    /// <summary>ssl/ssl_cert.c and t1_lib.c, ssl_security_cert_key: the server's own key, and those of all that it sends.</summary>
    private static Verdict JudgeKeys(IEnumerable<ParsedCertificate> all)
    {
        string[] weak = [.. all.Where(certificate => !ChainChecks.IsStrongEnough(certificate.PublicKey))
            .Select(certificate => $"'{certificate.Name}' ({Describe(certificate)})")];
        return weak.Length == 0
            ? Requirement.KeyStrength.Met("All keys reach 112 bits of security.")
            : Requirement.KeyStrength.Unmet(
                $"Too weak for {Level}: the key of {string.Join(", ", weak)}.", $"{NewKey} (RSA from 2048 bits, curves from P-256).");
    }

    /// <summary>t1_lib.c, ssl_security_cert_sig: of all that is sent, unless self-signed.</summary>
    private static Verdict JudgeSignatures(IEnumerable<ParsedCertificate> all)
    {
        string[] weak = [.. all.Where(certificate =>
                !certificate.IsSelfSigned && certificate.OuterSignatureAlgorithm.SecurityBits < ChainChecks.MinimumSecurityBits)
            .Select(certificate => $"'{certificate.Name}' ({certificate.OuterSignatureAlgorithm.Digest ?? "an unknown digest"})")];
        return weak.Length == 0
            ? Requirement.SignatureStrength.Met("No signature is weaker than SHA-224.")
            : Requirement.SignatureStrength.Unmet($"Too weak for {Level}: the signature on {string.Join(", ", weak)}.", "Ask the CA for SHA-256.");
    }

    private static Verdict JudgeAlgorithm(ParsedCertificate leaf)
    {
        Requirement requirement = Requirement.KeyAlgorithm;
        string key = Describe(leaf);
        return leaf.PublicKey switch
        {
            { IsReadable: false } => requirement.Unmet("OpenSSL cannot read the key.", NewKey),
            { HasExplicitCurve: true } => requirement.Unmet(
                "The key contains the parameters of its curve; clients know curves only by name.", NewKey),
            { AlgorithmOid: Oids.Dsa } => requirement.Unmet("The key is DSA, which TLS 1.3 and today's clients do not support.", NewKey),
            { AlgorithmOid: Oids.Ed25519 or Oids.Ed448 } => requirement.Unmet(
                $"The key is {key}: .NET on Windows and macOS, and older Java, cannot connect.", $"{NewKey} (ecdsa-p256)"),
            { AlgorithmOid: Oids.EllipticCurve } when !UsableCurves.Contains(CurveOf(leaf)) => requirement.Unmet(
                $"The key is on a curve ({key}) that TLS 1.3 has no signature for, and that clients do not offer.", $"{NewKey} (ecdsa-p256)"),
            _ => requirement.Met($"{key}, which all clients can use."),
        };
    }

    private static Verdict JudgeChannelBinding(ParsedCertificate leaf) => ChannelBinding.LackOf(leaf) is { } lack
        ? Requirement.ChannelBinding.Unmet(lack, ChannelBinding.Remedy)
        : Requirement.ChannelBinding.Met($"SCRAM binds to the channel with the signature's digest, {leaf.OuterSignatureAlgorithm.Digest}.");

    private static string Describe(ParsedCertificate certificate)
    {
        (string algorithm, int size) = PublicKeyDescription.Of(certificate.Certificate);
        return size > 0 ? $"{algorithm} {size}" : algorithm;
    }

    private static string? CurveOf(ParsedCertificate leaf)
    {
        byte[] parameters = leaf.Certificate.PublicKey.EncodedParameters.RawData;
        return parameters is [0x06, ..] ? new AsnReader(parameters, AsnEncodingRules.DER).ReadObjectIdentifier() : null;
    }
}
