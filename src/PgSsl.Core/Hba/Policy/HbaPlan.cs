using PgSsl.Common;

namespace PgSsl.Hba.Policy;

/// <summary>A file that a plan changes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Before">Its content now.</param>
/// <param name="After">Its content then.</param>
internal sealed record HbaFileChange(string Path, byte[] Before, byte[] After);

/// <summary>A line of pg_hba.conf before and after a change.</summary>
/// <param name="Before">As it was; null for one that is added.</param>
/// <param name="After">As it would be; null for one that is removed.</param>
internal readonly record struct HbaEntryChange(HbaEntry? Before, HbaEntry? After);

/// <summary>What is to be changed in pg_hba.conf, worked out before anything is.</summary>
/// <param name="Before">The file as it is.</param>
/// <param name="After">The file as it would be.</param>
/// <param name="Changes">The lines that would change, come or go, in the order of the file.</param>
/// <param name="Notes">What the user should know.</param>
internal sealed record HbaPlan(HbaDocument Before, HbaDocument After, IReadOnlyList<HbaEntryChange> Changes, IReadOnlyList<string> Notes)
{
    private string[]? _diff;

    /// <summary>The files that would change.</summary>
    public HbaFileChange[] Files { get; } =
    [
        .. from old in Before.Files
           join @new in After.Files on old.Path equals @new.Path
           where !old.Content.AsSpan().SequenceEqual(@new.Content)
           select new HbaFileChange(old.Path, old.Content, @new.Content),
    ];

    /// <summary>Whether everything is as it should be already.</summary>
    public bool IsNoChange => Files.Length == 0;

    /// <summary>The changed lines as rules.</summary>
    public IEnumerable<HbaRuleChange> Rules => Changes.Select(change => new HbaRuleChange(
        change.Before is { } old ? HbaRule.Of(Before, old) : null, change.After is { } @new ? HbaRule.Of(After, @new) : null));

    /// <summary>The change, as diff -u shows it, without secrets.</summary>
    public string[] Diff =>
        _diff ??= [.. Files.SelectMany(file => UnifiedDiff.Between(file.Path, Mask(Before, file.Path), Mask(After, file.Path)))];

    private static string Mask(HbaDocument document, string path) => HbaSecrets.MaskFile(document, document.Files.First(file => file.Path == path));
}
