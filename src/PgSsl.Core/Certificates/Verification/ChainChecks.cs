using PgSsl.Asn1;

namespace PgSsl.Certificates.Verification;

/// <summary>The checks of a complete path, in OpenSSL's order. Each returns the first fault, or null.</summary>
internal static class ChainChecks
{
    /// <summary>
    /// The security bits of OpenSSL's security level 2, the default of Debian, Ubuntu, RHEL's policies and OpenSSL 3.2:
    /// RSA from 2048 bits, curves from 224, SHA-224 and up.
    /// </summary>
    public const int MinimumSecurityBits = 112;

    /// <summary>x509_vfy.c, check_key_level: a key that cannot be read is not strong enough.</summary>
    public static bool IsStrongEnough(SubjectPublicKey key) => key.SecurityBits >= MinimumSecurityBits;

    /// <summary>x509_vfy.c, check_extensions for purpose sslserver.</summary>
    public static ChainFault? Extensions(IReadOnlyList<ChainLink> path)
    {
        long casBelow = 0;
        for (int depth = 0; depth < path.Count; depth++)
        {
            ChainError error = CheckExtensions(path, depth, casBelow);
            if (error != ChainError.None)
                return new ChainFault(error, depth);
            if (depth > 0 && !path[depth].Certificate.IsSelfIssued)
                casBelow++;
        }
        return null;
    }

    /// <summary>x509_vfy.c, check_auth_level: the keys from the first issuer upwards, and all digests except the last certificate's.</summary>
    public static ChainFault? SecurityLevel(IReadOnlyList<ChainLink> path)
    {
        for (int depth = 0; depth < path.Count; depth++)
        {
            ParsedCertificate certificate = path[depth].Certificate;
            if (depth > 0 && !IsStrongEnough(certificate.PublicKey))
                return new ChainFault(ChainError.CaKeyTooSmall, depth);
            if (depth < path.Count - 1 && certificate.OuterSignatureAlgorithm.SecurityBits < MinimumSecurityBits)
                return new ChainFault(ChainError.DigestTooWeak, depth);
        }
        return null;
    }

    /// <summary>x509_vfy.c, internal_verify: from the top down. A root's own signature proves nothing, and is not verified.</summary>
    public static ChainFault? SignaturesAndValidity(IReadOnlyList<ChainLink> path, DateTimeOffset at, AnchorRule anchors)
    {
        int top = path.Count - 1;
        ParsedCertificate last = path[top].Certificate;
        bool isSelfSigned = last.IsLikelyIssuerOf(last);
        if (!isSelfSigned && top == 0 && anchors == AnchorRule.SelfSigned)
            return new ChainFault(ChainError.UnableToVerifyLeaf, 0);
        bool isDated = anchors switch
        {
            AnchorRule.Any => true,
            AnchorRule.AnyUndated => false,
            // If it is trusted by its settings and not self-signed, OpenSSL does not check its dates.
            _ => isSelfSigned,
        };
        for (int depth = top; depth >= 0; depth--)
        {
            ParsedCertificate subject = path[depth].Certificate;
            if (depth < top)
            {
                ParsedCertificate issuer = path[depth + 1].Certificate;
                if (!issuer.Extensions.AllowsUsage(KeyUsages.CertificateSign))
                    return new ChainFault(ChainError.IssuerMayNotSign, depth + 1);
                if (!SignatureVerifier.Verify(subject, issuer))
                    return new ChainFault(ChainError.BadSignature, depth);
            }
            else if (!isDated)
            {
                continue;
            }
            ChainError error = Validity.Check(subject, at);
            if (error != ChainError.None)
                return new ChainFault(error, depth);
        }
        return null;
    }

    /// <summary>x509_vfy.c, check_name_constraints: each certificate against all certificates above it, including the root.</summary>
    public static ChainFault? Names(IReadOnlyList<ChainLink> path)
    {
        for (int depth = path.Count - 1; depth >= 0; depth--)
        {
            ParsedCertificate subject = path[depth].Certificate;
            if (depth > 0 && subject.IsSelfIssued)
                continue;
            for (int above = path.Count - 1; above > depth; above--)
            {
                if (path[above].Certificate.Extensions.NameConstraints is not { } constraints)
                    continue;
                ChainError error = constraints.Check(subject);
                if (error == ChainError.None && depth == 0 && !HasDnsName(subject))
                    error = constraints.CheckCommonNames(subject);
                if (error != ChainError.None)
                    return new ChainFault(error, depth);
            }
        }
        return null;
    }

    private static bool HasDnsName(ParsedCertificate certificate) =>
        certificate.Extensions.SubjectAlternativeNames?.Any(name => name.Kind == GeneralNameKind.Dns) ?? false;

    private static ChainError CheckExtensions(IReadOnlyList<ChainLink> path, int depth, long casBelow)
    {
        ParsedCertificate certificate = path[depth].Certificate;
        if (certificate.Extensions.UnhandledCritical is not null)
            return ChainError.UnhandledCriticalExtension;
        if (certificate.Extensions.IsProxy)
            return ChainError.ProxyCertificate;
        // Only the last certificate may be a CA in an old way: self-signed v1, key usage alone, Netscape.
        bool mustBeCa = depth > 0, isLast = depth == path.Count - 1;
        if (mustBeCa && (certificate.CaKind == 0 || (!isLast && certificate.CaKind != 1)))
            return ChainError.InvalidCa;
        if (path.Count > 1 && certificate.PublicKey.HasExplicitCurve)
            return ChainError.ExplicitCurveParameters;
        if (!HasPurpose(path[depth], mustBeCa))
            return ChainError.InvalidPurpose;
        return depth > 1 && certificate.Extensions.PathLength is { } limit && casBelow > limit
            ? ChainError.PathLengthExceeded
            : ChainError.None;
    }

    /// <summary>x509_vfy.c, check_purpose: trust settings in the store override the certificate's extensions.</summary>
    private static bool HasPurpose(ChainLink link, bool mustBeCa) =>
        (link.Anchor?.Settings?.Decide(TrustDecision.Neutral) ?? TrustDecision.Neutral) switch
        {
            TrustDecision.Trusted => true,
            TrustDecision.Rejected => false,
            _ => IsForTlsServers(link.Certificate, mustBeCa),
        };

    /// <summary>v3_purp.c, check_purpose_ssl_server: the extended key usage applies to CAs too, and "any" is not enough.</summary>
    internal static bool IsForTlsServers(ParsedCertificate certificate, bool mustBeCa)
    {
        CertificateExtensions extensions = certificate.Extensions;
        if (extensions.ExtendedKeyUsages is { } usages && !usages.Any(IsServerUsage))
            return false;
        if (mustBeCa)
            return certificate.CaKind != 5 || extensions.NetscapeType!.Value.HasFlag(NetscapeTypes.SslCa);
        return (extensions.NetscapeType is not { } type || type.HasFlag(NetscapeTypes.SslServer))
            && extensions.AllowsUsage(KeyUsages.DigitalSignature | KeyUsages.KeyEncipherment | KeyUsages.KeyAgreement);
    }

    private static bool IsServerUsage(string oid) =>
        oid is Oids.ServerAuthentication or Oids.MicrosoftServerGatedCrypto or Oids.NetscapeServerGatedCrypto;
}
