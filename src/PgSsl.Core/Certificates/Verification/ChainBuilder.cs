using PgSsl.Certificates.Trust;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// Builds the path from the leaf to a trusted root: from the trust store first, then from the certificates that the server sent, in any order,
/// then from the trust store again (x509_vfy.c, build_chain with X509_V_FLAG_TRUSTED_FIRST). It never backtracks, so the work is bounded by the
/// maximum depth times the number of certificates sent.
/// </summary>
internal sealed class ChainBuilder
{
    /// <summary>OpenSSL's default verify depth: a path may be one longer before it is called too long.</summary>
    public const int MaximumDepth = 100;

    private readonly TrustStore _trust;
    private readonly DateTimeOffset _at;
    private readonly bool _anyEndsAChain;
    private readonly List<ParsedCertificate> _sent;
    private readonly List<ChainLink> _path;

    private ChainBuilder(
        ParsedCertificate leaf, IEnumerable<ParsedCertificate> sent, TrustStore trust, DateTimeOffset at, AnchorRule anchors)
    {
        _trust = trust;
        _at = at;
        _anyEndsAChain = anchors != AnchorRule.SelfSigned;
        _sent = [.. sent];
        _path = [new ChainLink(leaf, null)];
    }

    /// <summary>Builds the path as far as possible, and says why it does not end at a trusted root.</summary>
    public static (IReadOnlyList<ChainLink> Path, ChainFault? Fault) Build(
        ParsedCertificate leaf, IEnumerable<ParsedCertificate> sent, TrustStore trust, DateTimeOffset at, AnchorRule anchors)
    {
        var builder = new ChainBuilder(leaf, sent, trust, at, anchors);
        return (builder._path, builder.Extend());
    }

    private ChainLink Last => _path[^1];

    private bool IsTooLong => _path.Count > MaximumDepth + 1;

    private ChainFault? Extend()
    {
        if (_anyEndsAChain
            && _trust.Named(Last.Certificate.Subject).FirstOrDefault(anchor => anchor.Certificate.IsSameAs(Last.Certificate)) is { } pinned)
        {
            _path[0] = new ChainLink(pinned.Certificate, pinned);
            return null;
        }
        bool useSent = true;
        while (true)
        {
            TrustDecision decision = TrustDecision.Neutral;
            bool isExtended = !IsTooLong && TryExtendFromStore(out decision);
            if (isExtended)
            {
                // After the first trusted certificate, the certificates that the server sent are not used any more.
                useSent = false;
                if (decision == TrustDecision.Trusted || (_anyEndsAChain && decision == TrustDecision.Neutral))
                    return null;
                if (decision == TrustDecision.Rejected)
                    return new ChainFault(ChainError.RejectedByTrustSettings, _path.Count - 1);
                if (!Last.Certificate.IsSelfSigned)
                    continue;
            }
            if (useSent && TryExtendFromSent())
                continue;
            return Untrusted();
        }
    }

    /// <summary>Adds the issuer from the trust store. A self-signed certificate must be in the store itself, byte for byte.</summary>
    private bool TryExtendFromStore(out TrustDecision decision)
    {
        decision = TrustDecision.Neutral;
        ParsedCertificate current = Last.Certificate;
        TrustAnchor? issuer = null;
        foreach (TrustAnchor anchor in _trust.Named(current.Issuer))
        {
            if (anchor.Certificate.IsLikelyIssuerOf(current) && IsBetter(anchor.Certificate, issuer?.Certificate))
                issuer = anchor;
        }
        if (issuer is null)
            return false;
        if (!current.IsSelfSigned)
            _path.Add(new ChainLink(issuer.Certificate, issuer));
        else if (current.IsSameAs(issuer.Certificate))
            _path[^1] = new ChainLink(issuer.Certificate, issuer);
        else
            return false;
        decision = issuer.Decision;
        return true;
    }

    private bool TryExtendFromSent()
    {
        ParsedCertificate current = Last.Certificate;
        if (current.IsSelfSigned || IsTooLong)
            return false;
        bool mayRepeat = current.IsSelfIssued && _path.Count == 1;
        ParsedCertificate? issuer = null;
        foreach (ParsedCertificate sent in _sent)
        {
            if (sent.IsLikelyIssuerOf(current) && (mayRepeat || !_path.Exists(link => link.Certificate.IsSameAs(sent))) && IsBetter(sent, issuer))
                issuer = sent;
        }
        if (issuer is null)
            return false;
        _sent.Remove(issuer);
        _path.Add(new ChainLink(issuer, null));
        return true;
    }

    /// <summary>x509_vfy.c, find_issuer: the first issuer that is valid now, else the one that expires last.</summary>
    private bool IsBetter(ParsedCertificate issuer, ParsedCertificate? best) =>
        best is null
        || (Validity.Check(best, _at) != ChainError.None
            && (Validity.Check(issuer, _at) == ChainError.None || issuer.NotAfter > best.NotAfter));

    private ChainFault Untrusted()
    {
        int depth = _path.Count - 1;
        if (IsTooLong)
            return new ChainFault(ChainError.ChainTooLong, depth);
        if (Last.Certificate.IsSelfSigned)
            return new ChainFault(depth == 0 ? ChainError.SelfSignedLeaf : ChainError.SelfSignedInChain, depth);
        return new ChainFault(Last.Anchor is null ? ChainError.IssuerNotFoundLocally : ChainError.IssuerNotFound, depth);
    }
}
