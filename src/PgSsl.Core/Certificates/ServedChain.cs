using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>Looks at a chain as a server sent it, independent of any one client.</summary>
public static class ServedChain
{
    /// <summary>Examines a chain.</summary>
    /// <param name="served">The certificates as sent, leaf first; at least one.</param>
    /// <param name="at">The time to judge validity for.</param>
    /// <param name="knownRoots">
    /// Roots that tell a missing intermediate from a chain that ends, as it should, just below its root; without them both are
    /// <see cref="ChainFindingKind.IssuerNotSent"/>.
    /// </param>
    public static ChainHealth Examine(IReadOnlyList<X509Certificate2> served, DateTimeOffset at, params TrustStore[] knownRoots) =>
        throw new NotImplementedException();
}
