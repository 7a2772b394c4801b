using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>A chain as sent, looked at by itself.</summary>
/// <param name="Path">The leaf and its issuers among the certificates sent, in order of issue.</param>
/// <param name="Findings">What is remarkable, in the order of the certificates sent.</param>
/// <param name="IsComplete">
/// True if a client that holds the right root can verify it: the path ends at a self-signed certificate, or, where known roots
/// were given, below one of them.
/// </param>
public sealed record ChainHealth(IReadOnlyList<X509Certificate2> Path, IReadOnlyList<ChainFinding> Findings, bool? IsComplete);
