using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;

namespace PgSsl.Hosting;

/// <summary>What -WhatIf and -Confirm show of a change of pg_hba.conf: the diff, and whom it concerns.</summary>
internal static class HbaChangeText
{
    // More than anybody reads in a question; the whole diff is in the result.
    private const int MostDiffLines = 400;

    /// <summary>The text.</summary>
    public static string Of(HbaPlan plan, HbaImpact impact)
    {
        IEnumerable<string> shown = plan.Diff.Length > MostDiffLines
            ? plan.Diff.Take(MostDiffLines).Append($"… {plan.Changes.Count} rules change in all.")
            : plan.Diff;
        string heading = $"{plan.Changes.Count} rule{(plan.Changes.Count == 1 ? "" : "s")} of {plan.Before.Files[0].Path} would change:";
        return string.Join(System.Environment.NewLine, [heading, .. shown, .. impact.Describe(), .. impact.Notes]);
    }

    /// <summary>Why a change is not made.</summary>
    public static PgSslException LockOut(HbaPlan plan, HbaImpact impact) => new(
        PgSslError.LockOut,
        $"{plan.Before.Files[0].Path} is left as it is, because the change would lock out: {string.Join("; ", impact.LockOuts)}.",
        "Have them use TLS first (sslmode=require, or better verify-full), or leave their rules out (-User, -Database, -Address). -Force makes the change all the same.");
}
