using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Chains;

/// <summary>A server's chain from its own certificate upwards, as far as it could be completed.</summary>
/// <param name="Members">The server's certificate, then its issuer, and so on; each signature in it verifies.</param>
/// <param name="Failure">Why it ends below a root; null where it ends at one.</param>
internal sealed record CompletedChain(IReadOnlyList<ChainMember> Members, PgSslException? Failure)
{
    /// <summary>What the user should know about where the root comes from, one sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>True where the last certificate is self-signed.</summary>
    public bool EndsAtRoot => Failure is null;

    /// <summary>The root; null where the chain ends below a root.</summary>
    public X509Certificate2? Root => EndsAtRoot ? Members[^1].Certificate : null;

    /// <summary>Where the root comes from; null where there is none.</summary>
    public ChainSource? RootSource => EndsAtRoot ? Members[^1].Source : null;

    /// <summary>
    /// True if a file, the operating system or the catalogue vouches for the root, and not only the server. A root from
    /// <see cref="ChainSource.Wire"/> or <see cref="ChainSource.Aia"/> proves nothing until somebody compares its fingerprint.
    /// </summary>
    public bool IsRootVouchedFor => RootSource is ChainSource.RootFile or ChainSource.System or ChainSource.Provider;
}
