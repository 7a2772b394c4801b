using PgSsl.Changes;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;

namespace PgSsl;

/// <summary>What Set-PgHbaSsl did, and what it saw of the effect.</summary>
public sealed record HbaSslChange
{
    /// <summary>pg_hba.conf.</summary>
    public required string Path { get; init; }

    /// <summary>The server; null where only files were changed.</summary>
    public required string? Endpoint { get; init; }

    /// <summary>Whether anything was changed; false where all was as it should be.</summary>
    public required bool IsChanged { get; init; }

    /// <summary>How many rules changed, came or went.</summary>
    public required int RuleCount { get; init; }

    /// <summary>The files with the old content; Set-PgHbaSsl -Restore puts them back.</summary>
    public required string[] Backup { get; init; }

    /// <summary>What was proven, and what could not be.</summary>
    public required Proof[] Proofs { get; init; }

    /// <summary>Whether the server was seen to go by the new rules on the wire; null where nothing was changed.</summary>
    public required bool? IsProven { get; init; }

    /// <summary>Sessions that could not come back as they came; they go on until they end.</summary>
    public required string[] CutOff { get; init; }

    /// <summary>The change, as diff -u shows it.</summary>
    public required string[] Diff { get; init; }

    /// <summary>The rules before and after.</summary>
    public required HbaRuleChange[] Rules { get; init; }

    /// <summary>Tells of a change, or of none.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="endpoint">The server.</param>
    /// <param name="impact">Whom it concerns.</param>
    /// <param name="result">What was done; null for nothing.</param>
    internal static HbaSslChange Of(HbaPlan plan, string? endpoint, HbaImpact impact, HbaChangeResult? result)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(impact);
        Proof[] proofs = [.. result?.Proofs ?? []];
        return new HbaSslChange
        {
            Path = plan.Before.Files[0].Path,
            Endpoint = endpoint,
            IsChanged = result is not null,
            RuleCount = plan.Changes.Count,
            Backup = [.. result?.Backups ?? []],
            Proofs = proofs,
            IsProven = result is null ? null : Array.Exists(proofs, proof => proof is { Name: "Wire", State: ProofState.Proven }),
            CutOff = [.. impact.Describe()],
            Diff = plan.Diff,
            Rules = [.. plan.Rules],
        };
    }
}
