namespace PgSsl.Hba.Policy;

/// <summary>A file that a plan changes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Before">Its content now.</param>
/// <param name="After">Its content then.</param>
public sealed record HbaFileChange(string Path, byte[] Before, byte[] After);

/// <summary>What is to be changed in pg_hba.conf, worked out before anything is.</summary>
/// <param name="Before">The file as it is.</param>
/// <param name="After">The file as it would be.</param>
/// <param name="Rules">The rules that would change, come or go, in the order of the file.</param>
/// <param name="Notes">What the user should know.</param>
public sealed record HbaPlan(HbaDocument Before, HbaDocument After, IReadOnlyList<HbaRuleChange> Rules, IReadOnlyList<string> Notes)
{
    /// <summary>The files that would change.</summary>
    public IReadOnlyList<HbaFileChange> Files { get; } =
    [
        .. from old in Before.Files
           join @new in After.Files on old.Path equals @new.Path
           where !old.Content.AsSpan().SequenceEqual(@new.Content)
           select new HbaFileChange(old.Path, old.Content, @new.Content),
    ];

    /// <summary>Whether everything is as it should be already.</summary>
    public bool IsNoChange => Files.Count == 0;

    /// <summary>The change, as diff -u shows it.</summary>
    public IEnumerable<string> Diff => Files.SelectMany(file => UnifiedDiff.Between(file.Path, file.Before, file.After));
}
