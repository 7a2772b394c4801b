namespace PgSsl.Certificates.Verification;

/// <summary>
/// Looks for a path from a certificate to one of a set of roots. It goes back where a cross certificate led nowhere, which OpenSSL's
/// own building never does: what is looked for here is a root, not a verdict.
/// </summary>
internal sealed class PathSearch
{
    private const int MaximumLength = 16;

    // What a hostile server can make this cost, in signatures.
    private const int MaximumSignatures = 200;

    private readonly ILookup<DistinguishedName, ChainCandidate> _roots;
    private readonly ILookup<DistinguishedName, ChainCandidate> _intermediates;
    private readonly List<ChainCandidate> _path;
    private List<ChainCandidate> _longest;
    private int _signatures;

    private PathSearch(ChainCandidate leaf, IEnumerable<ChainCandidate> roots, IEnumerable<ChainCandidate> intermediates, DateTimeOffset at)
    {
        _roots = ByName(roots, at);
        _intermediates = ByName(intermediates, at);
        _path = [leaf];
        _longest = [leaf];
    }

    /// <summary>Finds a path to one of the roots, or the longest one to none.</summary>
    /// <param name="leaf">The certificate to begin with; it may itself be one of the roots.</param>
    /// <param name="roots">Self-signed certificates.</param>
    /// <param name="intermediates">All others. Those valid at <paramref name="at"/> come first.</param>
    /// <param name="at">The moment.</param>
    /// <param name="endsAtRoot">True where the path ends at a root.</param>
    public static IReadOnlyList<ChainCandidate> Find(
        ChainCandidate leaf, IEnumerable<ChainCandidate> roots, IEnumerable<ChainCandidate> intermediates, DateTimeOffset at, out bool endsAtRoot)
    {
        var search = new PathSearch(leaf, roots, intermediates, at);
        endsAtRoot = search.IsRoot(leaf) || search.Extend();
        return endsAtRoot ? search._path : search._longest;
    }

    private static ILookup<DistinguishedName, ChainCandidate> ByName(IEnumerable<ChainCandidate> candidates, DateTimeOffset at) => candidates
        .OrderByDescending(candidate => Validity.Check(candidate.Certificate, at) == ChainError.None)
        .ThenByDescending(candidate => candidate.Certificate.NotAfter)
        .ToLookup(candidate => candidate.Certificate.Subject);

    /// <summary>A self-signed leaf is its own root; the store's entry says where it is trusted.</summary>
    private bool IsRoot(ChainCandidate leaf)
    {
        if (_roots[leaf.Certificate.Subject].FirstOrDefault(root => root.Certificate.IsSameAs(leaf.Certificate)) is not { } root)
            return false;
        _path[0] = root;
        return true;
    }

    private bool Extend()
    {
        ChainCandidate last = _path[^1];
        if (last.Certificate.IsSelfSigned || _path.Count >= MaximumLength)
            return false;
        if (_roots[last.Certificate.Issuer].FirstOrDefault(root => IsIssuer(root, last)) is { } end)
        {
            _path.Add(end);
            return true;
        }
        foreach (ChainCandidate issuer in _intermediates[last.Certificate.Issuer])
        {
            if (_path.Exists(link => link.Certificate.IsSameAs(issuer.Certificate)) || !IsIssuer(issuer, last))
                continue;
            _path.Add(issuer);
            if (_path.Count > _longest.Count)
                _longest = [.. _path];
            if (Extend())
                return true;
            _path.RemoveAt(_path.Count - 1);
        }
        return false;
    }

    private bool IsIssuer(ChainCandidate issuer, ChainCandidate subject) =>
        issuer.Certificate.IsLikelyIssuerOf(subject.Certificate)
        && issuer.Certificate.CaKind != 0
        && _signatures++ < MaximumSignatures
        && SignatureVerifier.Verify(subject.Certificate, issuer.Certificate);
}
