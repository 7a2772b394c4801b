using PgSsl.Binding;
using PgSsl.Deployment;

namespace PgSsl.Hosting;

/// <summary>What the pipeline brought, by the key that it came with: all of one key is one certificate and its intermediates.</summary>
/// <param name="resolve">Resolves a path of the user's.</param>
internal sealed class CertificatesByKey(Func<string, string> resolve)
{
    private readonly Dictionary<string, CertificatePieces> _pieces = [];

    /// <summary>Takes what one pipeline object holds.</summary>
    /// <param name="keyPath">Its key, as the user names it; null for none.</param>
    /// <param name="pieces">The certificates.</param>
    /// <param name="password">For PKCS #12; null for none.</param>
    /// <exception cref="PgSslException">As <see cref="CertificatePieces.Add"/>.</exception>
    public void Add(string? keyPath, IEnumerable<CertificatePiece> pieces, char[]? password)
    {
        string key = keyPath is null ? "" : resolve(keyPath);
        if (!_pieces.TryGetValue(key, out CertificatePieces? all))
            _pieces[key] = all = new CertificatePieces(resolve);
        foreach (CertificatePiece piece in pieces)
            all.Add(piece, password);
    }

    /// <summary>Throws where there is more than one server's.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>.</exception>
    public void CheckIsOne()
    {
        if (_pieces.Count > 1)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"Certificates for {_pieces.Count} keys were given, and a server has one: {string.Join(", ", _pieces.Keys)}.",
                "Install them one at a time, each with its own -Endpoint.");
    }

    /// <summary>What the CA gave, and the key; nothing where the pipeline brought nothing.</summary>
    /// <exception cref="PgSslException">As <see cref="CertificatePieces.ToAnswer"/>.</exception>
    public (IssuedCertificates Answer, string? KeyPath)? Take()
    {
        foreach ((string key, CertificatePieces pieces) in _pieces)
            return (pieces.ToAnswer(), key.Length == 0 ? null : key);
        return null;
    }
}
