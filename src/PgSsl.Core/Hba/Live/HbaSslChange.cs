using PgSsl.Changes;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;

namespace PgSsl;

/// <summary>What Set-PgHbaSsl did, and what was proven about the effect. It is a change, too, if what was saved before was loaded.</summary>
public sealed record HbaSslChange : ChangeOutput
{
    /// <summary>pg_hba.conf.</summary>
    public required string Path { get; init; }

    /// <summary>The server; null where only files were changed.</summary>
    public required string? Endpoint { get; init; }

    /// <summary>The number of rules that were changed, added or removed.</summary>
    public required int RuleCount { get; init; }

    /// <summary>What was proven, and what could not be.</summary>
    public required OutputList<Proof> Proofs { get; init; }

    /// <summary>Sessions that could not come back in the same way, and roles that could not log in. Sessions continue until they end.</summary>
    public required OutputList<string> CutOff { get; init; }

    /// <summary>
    /// What others saved in the server's configuration files and had not loaded, so that the reload loaded it as well; and where it cannot be told
    /// whether there is such an edit.
    /// </summary>
    public OutputList<string> PendingEdits { get; init; } = [];

    /// <summary>The change as diff -u shows it.</summary>
    public required OutputList<string> Diff { get; init; }

    /// <summary>The rules before and after.</summary>
    public required OutputList<HbaRuleChange> Rules { get; init; }

    /// <summary>Describes a change, or that nothing was changed.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="endpoint">The server.</param>
    /// <param name="impact">The sessions that it affects.</param>
    /// <param name="result">What was done; null where nothing was.</param>
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
            IsProven = result is null ? null : IsProvenBy(proofs),
            CutOff = [.. impact.Describe()],
            Diff = plan.Diff,
            Rules = [.. plan.Rules],
        };
    }

    /// <summary>
    /// Whether a connection showed that the server uses the new rules, nobody is known to have lost a login, and the server is known to start again.
    /// </summary>
    private static bool IsProvenBy(Proof[] proofs) =>
        Array.Exists(proofs, proof => proof is { Name: "Wire", Outcome: ProofState.Proven })
        && !NextStart.IsOpenIn(proofs)
        && !Array.Exists(proofs, proof => proof.Outcome != ProofState.Proven
            && (proof.Name is HbaImpact.LoginProof or HbaImpact.OwnLoginProof or HbaImpact.DemandProof
                or HbaImpact.BindingProof));
}
