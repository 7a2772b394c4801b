using PgSsl.Patterns;

namespace PgSsl.Hba;

/// <summary>What an element of a database or user list stands for.</summary>
internal enum HbaNameKind
{
    /// <summary>Exactly that name.</summary>
    Literal,
    /// <summary>all: every database, or every user. It does not stand for physical replication.</summary>
    All,
    /// <summary>sameuser: the database that has the name of the user.</summary>
    SameUser,
    /// <summary>samerole, or samegroup: a database that has the name of a role of which the user is a member.</summary>
    SameRole,
    /// <summary>replication: physical replication, which has no database.</summary>
    Replication,
    /// <summary>+role: the members of a role, direct or not. A superuser is not a member of every role here.</summary>
    Members,
    /// <summary>/pattern: names that contain a match of the regular expression.</summary>
    Pattern,
}

/// <summary>An element of a database or user list.</summary>
/// <param name="Text">The text, without quotes.</param>
/// <param name="IsQuoted">Whether it is written with a quote at its start.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Pattern">The regular expression of a pattern.</param>
internal sealed record HbaName(string Text, bool IsQuoted, HbaNameKind Kind, AdvancedRegex? Pattern)
{
    /// <summary>The <see cref="Key"/> of the keyword all.</summary>
    internal const int AllKey = 0;

    /// <summary>A number that all elements of a document with the same meaning share, however they are written.</summary>
    internal int Key { get; init; }

    /// <summary>What is shown instead, because it is a secret or holds one; null for a name that is none.</summary>
    public string? Masked { get; init; }

    /// <summary>Whether a secret stands in the place of the name.</summary>
    public bool IsSecret => Masked is not null;

    /// <summary>The element as it is shown.</summary>
    public string Shown => Masked ?? Display;

    /// <summary>The name, the role (without its plus) or the pattern (without its slash).</summary>
    public string Value => Kind is HbaNameKind.Members or HbaNameKind.Pattern ? Text[1..] : Text;

    /// <summary>The element, where a quoted keyword keeps its quotes.</summary>
    public string Display => IsQuoted && IsSpecial(Text) ? $"\"{Text}\"" : Text;

    /// <summary>Whether a name would mean something else without quotes.</summary>
    internal static bool IsSpecial(string text) => KindOf(text, isDatabase: true) != HbaNameKind.Literal || text.StartsWith('+');

    internal static HbaNameKind KindOf(string text, bool isDatabase) => text switch
    {
        "all" => HbaNameKind.All,
        "sameuser" when isDatabase => HbaNameKind.SameUser,
        "samerole" or "samegroup" when isDatabase => HbaNameKind.SameRole,
        "replication" when isDatabase => HbaNameKind.Replication,
        _ => !isDatabase && text.StartsWith('+') ? HbaNameKind.Members : HbaNameKind.Literal,
    };
}
