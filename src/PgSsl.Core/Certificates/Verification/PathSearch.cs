namespace PgSsl.Certificates.Verification;

/// <summary>
/// Looks for a path from a certificate to one of a set of roots. It backtracks where a cross certificate leads nowhere, which OpenSSL
/// never does: what is looked for here is a root, not a verdict.
/// </summary>
internal sealed class PathSearch
{
    private const int MaximumLength = 16;

    // The most that a hostile server can make this cost, in signatures.
    private const int MaximumSignatures = 200;

    private readonly ILookup<DistinguishedName, ChainMember> _roots;
    private readonly ILookup<DistinguishedName, ChainMember> _intermediates;
    private readonly List<ChainMember> _path;
    private List<ChainMember> _longest;
    private int _signatures;

    private PathSearch(ChainMember leaf, IEnumerable<ChainMember> roots, IEnumerable<ChainMember> intermediates, DateTimeOffset at)
    {
        _roots = ByName(roots, at);
        _intermediates = ByName(intermediates, at);
        _path = [leaf];
        _longest = [leaf];
    }

    /// <summary>Finds a path to one of the roots, or else the longest path.</summary>
    /// <param name="leaf">The certificate to begin with; it may itself be one of the roots.</param>
    /// <param name="roots">Self-signed certificates.</param>
    /// <param name="intermediates">All other certificates. Those valid at <paramref name="at"/> are preferred.</param>
    /// <param name="at">The moment.</param>
    /// <param name="endsAtRoot">True where the path ends at a root.</param>
    public static IReadOnlyList<ChainMember> Find(
        ChainMember leaf, IEnumerable<ChainMember> roots, IEnumerable<ChainMember> intermediates, DateTimeOffset at, out bool endsAtRoot)
    {
        var search = new PathSearch(leaf, roots, intermediates, at);
        endsAtRoot = search.IsRoot(leaf) || search.Extend();
        return endsAtRoot ? search._path : search._longest;
    }

    private static ILookup<DistinguishedName, ChainMember> ByName(IEnumerable<ChainMember> candidates, DateTimeOffset at) => candidates
        .OrderByDescending(candidate => Validity.Check(candidate.Parsed, at) == ChainError.None)
        .ThenByDescending(candidate => candidate.Parsed.NotAfter)
        .ToLookup(candidate => candidate.Parsed.Subject);

    /// <summary>A self-signed leaf is its own root. The store's entry replaces it, because it says where it is trusted.</summary>
    private bool IsRoot(ChainMember leaf)
    {
        if (_roots[leaf.Parsed.Subject].FirstOrDefault(root => root.Parsed.IsSameAs(leaf.Parsed)) is not { } root)
            return false;
        _path[0] = root;
        return true;
    }

    private bool Extend()
    {
        ChainMember last = _path[^1];
        if (last.Parsed.IsSelfSigned || _path.Count >= MaximumLength)
            return false;
        if (_roots[last.Parsed.Issuer].FirstOrDefault(root => IsIssuer(root, last)) is { } end)
        {
            _path.Add(end);
            return true;
        }
        foreach (ChainMember issuer in _intermediates[last.Parsed.Issuer])
        {
            if (_path.Exists(link => link.Parsed.IsSameAs(issuer.Parsed)) || !IsIssuer(issuer, last))
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

    private bool IsIssuer(ChainMember issuer, ChainMember subject) =>
        issuer.Parsed.IsLikelyIssuerOf(subject.Parsed)
        && issuer.Parsed.CaKind != 0
        && _signatures++ < MaximumSignatures
        && SignatureVerifier.Verify(subject.Parsed, issuer.Parsed);
}
