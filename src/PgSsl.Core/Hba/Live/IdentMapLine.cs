using PgSsl.Patterns;

namespace PgSsl.Hba.Live;

/// <summary>A line of pg_ident.conf.</summary>
/// <param name="Map">The map's name.</param>
/// <param name="SystemName">Who it is elsewhere, or a slash and a regular expression.</param>
/// <param name="Role">The role as it is written, without quotes.</param>
/// <param name="Kind">What that stands for; null if it cannot be told.</param>
internal sealed record IdentMapLine(string Map, string SystemName, string Role, HbaNameKind? Kind)
{
    private const string Captured = "\\1";

    /// <summary>
    /// A line as a version reads it: from 16 on the role may be all, +role or a pattern; before, these are names (release notes of 16).
    /// </summary>
    /// <param name="map">The map's name.</param>
    /// <param name="systemName">Who it is elsewhere.</param>
    /// <param name="role">The role.</param>
    /// <param name="isQuoted">Whether the role is in quotes, so that all and + are not special; null if that is not known.</param>
    /// <param name="major">The version.</param>
    public static IdentMapLine Of(string map, string systemName, string role, bool? isQuoted, int major)
    {
        HbaNameKind kind = major < 16 || isQuoted == true ? HbaNameKind.Literal : HbaName.KindOf(role, isDatabase: false);
        if (major >= 16 && role.StartsWith('/'))
            kind = HbaNameKind.Pattern;
        return new IdentMapLine(map, systemName, role, isQuoted is null && kind is HbaNameKind.All or HbaNameKind.Members ? null : kind);
    }

    private bool IsPattern => SystemName.StartsWith('/');

    /// <summary>Whether it is for somebody; null if it cannot be told.</summary>
    /// <param name="name">Who it is; null if that is not known.</param>
    /// <param name="comparison">How names are compared.</param>
    public bool? IsFor(string? name, StringComparison comparison)
    {
        if (name is null)
            return null;
        if (!IsPattern)
            return string.Equals(SystemName, name, StringComparison.Ordinal) ? true : string.Equals(SystemName, name, comparison) ? null : false;
        return comparison == StringComparison.Ordinal ? Matches(SystemName, name) : null;
    }

    /// <summary>Whether it stands for a role; null if it cannot be told.</summary>
    /// <param name="role">The role.</param>
    /// <param name="name">Who it is; null if that is not known.</param>
    /// <param name="isMember">Whether a user is a member of a role; null if that is not known.</param>
    /// <param name="comparison">How names are compared.</param>
    public bool? StandsFor(string role, string? name, Func<string, string, bool?> isMember, StringComparison comparison) => Kind switch
    {
        null => null,
        HbaNameKind.All => true,
        HbaNameKind.Members => isMember(role, Role[1..]),
        HbaNameKind.Pattern => Matches(Role, role),
        _ when Role == role => true,
        _ when IsPattern && Role.IndexOf(Captured, StringComparison.Ordinal) is >= 0 and int index => MayStandFor(role, name, index, comparison),
        _ => string.Equals(Role, role, comparison) ? null : false,
    };

    // What the expression captures is not worked out: it is a part of the name.
    private bool? MayStandFor(string role, string? name, int index, StringComparison comparison)
    {
        string start = Role[..index], end = Role[(index + Captured.Length)..];
        bool mayBe = role.Length >= start.Length + end.Length && role.StartsWith(start, comparison) && role.EndsWith(end, comparison)
            && (name is null || name.Contains(role[start.Length..(role.Length - end.Length)], comparison));
        return mayBe ? null : false;
    }

    private static bool? Matches(string pattern, string text) =>
        AdvancedRegex.TryParse(pattern[1..], out _) is { } parsed && parsed.TryMatch(text, out bool isMatch) ? isMatch : null;
}
