namespace PgSsl.Certificates.Verification;

/// <summary>Whether a chain of issuers leads to a self-signed certificate: that is libpq's rule, without partial chains.</summary>
internal static class RootAnchors
{
    /// <summary>Whether it is its own issuer, and its own key signed it.</summary>
    public static bool IsAnchor(ParsedCertificate certificate) =>
        certificate.IsSelfSigned && SignatureVerifier.Verify(certificate, certificate);

    /// <summary>Whether the certificate, or an issuer above it, is an anchor; every signature on the way is verified.</summary>
    public static bool HasAnchor(ParsedCertificate certificate, IReadOnlyList<ParsedCertificate> known) =>
        IsAnchor(TopOf(certificate, known));

    /// <summary>The last certificate on the way up: an anchor, or a certificate whose issuer is not known.</summary>
    public static ParsedCertificate TopOf(ParsedCertificate certificate, IReadOnlyList<ParsedCertificate> known)
    {
        var seen = new List<ParsedCertificate> { certificate };
        var open = new Queue<ParsedCertificate>(seen);
        ParsedCertificate top = certificate;
        while (open.TryDequeue(out ParsedCertificate? current))
        {
            if (IsAnchor(current))
                return current;
            ParsedCertificate[] issuers = [.. known.Where(other =>
                other.IsLikelyIssuerOf(current) && !seen.Exists(other.IsSameAs) && SignatureVerifier.Verify(current, other))];
            if (issuers.Length == 0)
                top = current;
            seen.AddRange(issuers);
            Array.ForEach(issuers, open.Enqueue);
        }
        return top;
    }
}
