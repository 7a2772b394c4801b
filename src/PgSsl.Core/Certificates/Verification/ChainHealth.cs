using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>A chain as sent, looked at by itself.</summary>
/// <param name="Path">The leaf and its issuers among the certificates sent, in order of issue.</param>
/// <param name="Findings">What is remarkable, in the order of the certificates sent.</param>
internal sealed record ChainHealth(IReadOnlyList<X509Certificate2> Path, IReadOnlyList<ChainFinding> Findings);
