using PgSsl.Common;

namespace PgSsl.Hba.Policy;

/// <summary>A file that a plan changes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Before">Its content before the change.</param>
/// <param name="After">Its content after the change.</param>
internal sealed record HbaFileChange(string Path, byte[] Before, byte[] After);

/// <summary>A line of pg_hba.conf before and after a change.</summary>
/// <param name="Before">The line as it was; null where it is added.</param>
/// <param name="After">The line as it would be; null where it is removed.</param>
internal readonly record struct HbaEntryChange(HbaEntry? Before, HbaEntry? After);

/// <summary>A change of pg_hba.conf, worked out before anything is written.</summary>
/// <param name="Before">The file as it is.</param>
/// <param name="After">The file as it would be.</param>
/// <param name="Changes">The lines that would be changed, added or removed, in the order of the file.</param>
/// <param name="Notes">What the user should know.</param>
internal sealed record HbaPlan(HbaDocument Before, HbaDocument After, IReadOnlyList<HbaEntryChange> Changes, IReadOnlyList<string> Notes)
{
    private string[]? _diff;

    /// <summary>Whether it puts back an earlier state, instead of changing rules as the user asked.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Whether the user asked for rules that demand less.</summary>
    public bool MayLoosen { get; init; }

    /// <summary>The files that would change.</summary>
    public HbaFileChange[] Files { get; } =
    [
        .. from old in Before.Files
           join @new in After.Files on old.Path equals @new.Path
           where !old.Content.AsSpan().SequenceEqual(@new.Content)
           select new HbaFileChange(old.Path, old.Content, @new.Content),
    ];

    /// <summary>Whether nothing has to be changed.</summary>
    public bool IsNoChange => Files.Length == 0;

    /// <summary>The changed lines as rules.</summary>
    public IEnumerable<HbaRuleChange> Rules => Changes.Select(change => new HbaRuleChange(
        change.Before is { } old ? HbaRule.Of(Before, old) : null, change.After is { } @new ? HbaRule.Of(After, @new) : null));

    /// <summary>The change as diff -u shows it, without secrets.</summary>
    public string[] Diff =>
        _diff ??= [.. Files.SelectMany(file => UnifiedDiff.Between(file.Path, Mask(Before, file.Path), Mask(After, file.Path)))];

    private static string Mask(HbaDocument document, string path) => HbaSecrets.ShowFile(document, document.Files.First(file => file.Path == path));
}
