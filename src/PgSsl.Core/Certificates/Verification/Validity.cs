namespace PgSsl.Certificates.Verification;

/// <summary>Whether certificates and CRLs are valid at a moment (x509_vfy.c, X509_cmp_time: the end itself is too late).</summary>
internal static class Validity
{
    public static ChainError Check(ParsedCertificate certificate, DateTimeOffset at) => Check(
        certificate.NotBefore, certificate.NotAfter, at,
        ChainError.MalformedNotBefore, ChainError.NotYetValid, ChainError.MalformedNotAfter, ChainError.Expired);

    public static ChainError Check(CertificateRevocationList crl, DateTimeOffset at) => Check(
        crl.ThisUpdate, crl.HasNextUpdate ? crl.NextUpdate : DateTimeOffset.MaxValue, at,
        ChainError.MalformedCrlThisUpdate, ChainError.CrlNotYetValid, ChainError.MalformedCrlNextUpdate, ChainError.CrlExpired);

    private static ChainError Check(
        DateTimeOffset? from, DateTimeOffset? until, DateTimeOffset at,
        ChainError badFrom, ChainError early, ChainError badUntil, ChainError late)
    {
        // OpenSSL counts whole seconds.
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
        if (from is not { } start)
            return badFrom;
        if (start > now)
            return early;
        if (until is not { } end)
            return badUntil;
        return end <= now ? late : ChainError.None;
    }
}
