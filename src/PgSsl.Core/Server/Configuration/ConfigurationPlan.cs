using PgSsl.Common;

namespace PgSsl.Server.Configuration;

/// <summary>A parameter before and after a change.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Before">Its value before; null where it was not set.</param>
/// <param name="After">Its value after the change; null where it is not set.</param>
public sealed record ParameterChange(string Name, string? Before, string? After)
{
    /// <summary>In words: <c>ssl: off -> on</c>.</summary>
    public override string ToString() => PrintableText.Of($"{Name}: {Show(Before)} -> {Show(After)}");

    private static string Show(string? value) => value switch { null => "not set", "" => "''", _ => value };
}

/// <summary>A change of a configuration file, worked out before anything is written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Before">The configuration as it is.</param>
/// <param name="After">The configuration as it would be.</param>
/// <param name="Changes">The parameters that get another value.</param>
internal sealed record ConfigurationPlan(
    string Path, ConfigurationDocument Before, ConfigurationDocument After, IReadOnlyList<ParameterChange> Changes)
{
    private string[]? _diff;

    /// <summary>The file's content now.</summary>
    public byte[] OldContent => Before.File(Path)!.Content;

    /// <summary>The file's content after the change.</summary>
    public byte[] NewContent => After.File(Path)!.Content;

    /// <summary>Whether everything is already as it should be.</summary>
    public bool IsNoChange => OldContent.AsSpan().SequenceEqual(NewContent);

    /// <summary>The change, as diff -u shows it, without secrets.</summary>
    public string[] Diff => _diff ??= IsNoChange
        ? []
        : [.. UnifiedDiff.Between(Path, ConfigurationSecrets.Mask(OldContent), ConfigurationSecrets.Mask(NewContent))];
}
