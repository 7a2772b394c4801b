using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>The result of examining a chain, as a server sent it.</summary>
/// <param name="Path">The leaf and those of its issuers that were sent, in the order of issue.</param>
/// <param name="Findings">The findings, in the order of the certificates sent.</param>
internal sealed record ChainHealth(IReadOnlyList<X509Certificate2> Path, IReadOnlyList<ChainFinding> Findings);
