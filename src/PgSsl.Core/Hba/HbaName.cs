using PgSsl.Patterns;

namespace PgSsl.Hba;

/// <summary>What an element of a database or user list stands for.</summary>
internal enum HbaNameKind
{
    /// <summary>Exactly that name.</summary>
    Literal,
    /// <summary>all: every database, or every user. It does not stand for physical replication.</summary>
    All,
    /// <summary>sameuser: the database that is called as the user.</summary>
    SameUser,
    /// <summary>samerole, or samegroup: a database that is called as a role of which the user is a member.</summary>
    SameRole,
    /// <summary>replication: physical replication, which asks for no database.</summary>
    Replication,
    /// <summary>+role: the members of a role, direct or not. A superuser is no member of everything here.</summary>
    Members,
    /// <summary>/pattern: names in which the regular expression is found anywhere.</summary>
    Pattern,
}

/// <summary>An element of a database or user list.</summary>
/// <param name="Text">As it is written, without quotes.</param>
/// <param name="IsQuoted">Whether it starts with a quote.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Pattern">The regular expression of a pattern.</param>
internal sealed record HbaName(string Text, bool IsQuoted, HbaNameKind Kind, AdvancedRegex? Pattern)
{
    /// <summary>The <see cref="Key"/> of the keyword all.</summary>
    internal const int AllKey = 0;

    /// <summary>A number that elements of a document share which stand for the same, whatever way they are written.</summary>
    internal int Key { get; init; }

    /// <summary>The name, the role (without its plus) or the pattern (without its slash).</summary>
    public string Value => Kind is HbaNameKind.Members or HbaNameKind.Pattern ? Text[1..] : Text;

    /// <summary>The element in words that nobody mistakes: a quoted keyword is shown with its quotes.</summary>
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
