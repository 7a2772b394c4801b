using PgSsl.Certificates.Trust;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// The CRL check of every certificate of a path, including the root (x509_vfy.c, check_revocation with CRL_CHECK_ALL, without delta CRLs and
/// indirect CRLs, which libpq does not use).
/// </summary>
internal sealed class RevocationCheck
{
    private readonly IReadOnlyList<ChainLink> _path;
    private readonly TrustStore _trust;
    private readonly DateTimeOffset _at;

    private RevocationCheck(IReadOnlyList<ChainLink> path, TrustStore trust, DateTimeOffset at)
    {
        _path = path;
        _trust = trust;
        _at = at;
    }

    /// <summary>x509_vfy.c, CRL_SCORE_*: the merits of a CRL. The CRL with the highest sum is used, even if some are missing.</summary>
    [Flags]
    private enum Fitness
    {
        None = 0,
        RightKeyIdentifier = 0x004,
        OnPath = 0x008,
        ByIssuer = 0x010 | OnPath,
        IssuerName = 0x020,
        InTime = 0x040,
        InScope = 0x080,
        NoUnhandledCritical = 0x100,
    }

    public static ChainFault? Run(IReadOnlyList<ChainLink> path, TrustStore trust, DateTimeOffset at)
    {
        if (!trust.CheckCrls)
            return null;
        var check = new RevocationCheck(path, trust, at);
        return Enumerable.Range(0, path.Count).Select(check.CheckCertificate).FirstOrDefault(fault => fault is not null);
    }

    /// <summary>x509_vfy.c, check_cert: it searches for CRLs until all reasons for revocation are covered.</summary>
    private ChainFault? CheckCertificate(int depth)
    {
        ParsedCertificate certificate = _path[depth].Certificate;
        int reasons = 0;
        while (reasons != DistributionPoint.AllReasons)
        {
            int before = reasons;
            if (Select(depth, reasons) is not { } selected)
                return new ChainFault(ChainError.CrlNotFound, depth);
            ChainError error = CheckCrl(selected);
            if (error == ChainError.None && selected.Crl.HasUnhandledCritical)
                error = ChainError.UnhandledCriticalCrlExtension;
            if (error == ChainError.None && selected.Crl.Find(certificate) is { IsRemoved: false })
                error = ChainError.Revoked;
            if (error != ChainError.None)
                return new ChainFault(error, depth, selected.Crl);
            reasons = selected.Reasons;
            if (reasons == before)
                return new ChainFault(ChainError.CrlNotFound, depth);
        }
        return null;
    }

    private Candidate? Select(int depth, int reasons)
    {
        Candidate? best = null;
        foreach (CertificateRevocationList crl in _trust.CrlsOf(_path[depth].Certificate.Issuer))
        {
            if (Rate(crl, depth, reasons) is not { } candidate || candidate.Fitness < (best?.Fitness ?? Fitness.None))
                continue;
            if (best is null || candidate.Fitness > best.Fitness || candidate.Crl.ThisUpdate > best.Crl.ThisUpdate)
                best = candidate;
        }
        return best;
    }

    /// <summary>x509_vfy.c, get_crl_score; null for a CRL that cannot be used.</summary>
    private Candidate? Rate(CertificateRevocationList crl, int depth, int reasons)
    {
        ParsedCertificate certificate = _path[depth].Certificate;
        if (crl.IsDelta || crl.Scope is { IsInvalid: true } or { IsIndirect: true } or { Reasons: not null })
            return null;
        Fitness fitness = Fitness.IssuerName;
        if (!crl.HasUnhandledCritical)
            fitness |= Fitness.NoUnhandledCritical;
        if (Validity.Check(crl, _at) == ChainError.None)
            fitness |= Fitness.InTime;

        int direct = Math.Min(depth + 1, _path.Count - 1);
        int issuer = direct;
        while (issuer < _path.Count && !IsIssuer(crl, issuer, mustHaveName: issuer > direct))
            issuer++;
        if (issuer == _path.Count)
            return null;
        fitness |= Fitness.RightKeyIdentifier | (issuer == direct ? Fitness.ByIssuer : Fitness.OnPath);

        if (CoveredReasons(certificate, crl) is { } covered)
        {
            if ((covered & ~reasons) == 0)
                return null;
            reasons |= covered;
            fitness |= Fitness.InScope;
        }
        return new Candidate(crl, _path[issuer].Certificate, fitness, reasons);
    }

    private bool IsIssuer(CertificateRevocationList crl, int depth, bool mustHaveName)
    {
        ParsedCertificate issuer = _path[depth].Certificate;
        return (!mustHaveName || issuer.Subject.Equals(crl.IssuerName)) && (crl.AuthorityKeyIdentifier?.Matches(issuer) ?? true);
    }

    /// <summary>x509_vfy.c, crl_crldp_check: the reasons that the CRL covers for the certificate; null if it does not cover it.</summary>
    private static int? CoveredReasons(ParsedCertificate certificate, CertificateRevocationList crl)
    {
        if (crl.Scope is { OnlyAttributes: true }
            || (certificate.Extensions.IsCa ? crl.Scope is { OnlyUsers: true } : crl.Scope is { OnlyCas: true }))
            return null;
        foreach (DistributionPoint point in certificate.Extensions.CrlDistributionPoints)
        {
            bool isIssuer = point.CrlIssuers?.Any(name => crl.IssuerName.Equals(name.Directory)) ?? true;
            if (isIssuer && (crl.Scope is null || DistributionPointName.Match(point.Name, crl.Scope.Name)))
                return point.Reasons;
        }
        return crl.Scope?.Name is null ? DistributionPoint.AllReasons : null;
    }

    /// <summary>x509_vfy.c, check_crl.</summary>
    private ChainError CheckCrl(Candidate candidate)
    {
        if (!candidate.Issuer.Extensions.AllowsUsage(KeyUsages.CrlSign))
            return ChainError.CrlIssuerMayNotSign;
        if (!candidate.Fitness.HasFlag(Fitness.InScope))
            return ChainError.DifferentCrlScope;
        ChainError error = Validity.Check(candidate.Crl, _at);
        if (error != ChainError.None)
            return error;
        return SignatureVerifier.Verify(candidate.Crl, candidate.Issuer) ? ChainError.None : ChainError.BadCrlSignature;
    }

    private sealed record Candidate(CertificateRevocationList Crl, ParsedCertificate Issuer, Fitness Fitness, int Reasons);
}
