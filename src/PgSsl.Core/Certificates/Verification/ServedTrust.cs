using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Common;

namespace PgSsl.Certificates.Verification;

/// <summary>A served chain, verified with the roots of this machine: which of them verify it, and the findings about it.</summary>
internal sealed class ServedTrust
{
    public ServedTrust(IReadOnlyList<X509Certificate2> served, IReadOnlyList<TrustStore> roots, string? unusableRoots, DateTimeOffset at)
    {
        At = at;
        Failure = unusableRoots;
        foreach (TrustStore store in roots)
        {
            ChainVerdict verdict = ChainVerifier.Verify(served, store, at);
            if (verdict.IsValid)
            {
                TrustedBy = store.Origin;
                break;
            }
            // libpq would use the first store. Whether another store verifies the chain is a different question.
            Failure ??= Sentence.Of(verdict.Reason);
        }

        ChainHealth health = ServedChain.Examine(served, at, [.. roots]);
        string[] kinds = [.. health.Findings.Select(finding => finding.Kind.ToString()).Distinct()];
        Status = kinds.Length > 0 ? kinds : ["Complete"];
        Findings = [.. health.Findings.Select(finding => Sentence.Of(finding.Message))];
    }

    public DateTimeOffset At { get; }

    public string? TrustedBy { get; }

    public string? Failure { get; }

    public IReadOnlyList<string> Status { get; }

    public IReadOnlyList<string> Findings { get; }
}
