using System.Text;

namespace PgSsl.Patterns;

/// <summary>
/// A regular expression that PostgreSQL 16 and newer take for database and user names in pg_hba.conf and pg_ident.conf, behind a slash: an
/// advanced regular expression (PostgreSQL documentation, "POSIX Regular Expressions"), in the C collation, matching anywhere in the name
/// (src/backend/libpq/hba.c, regcomp_auth_token and regexec_auth_token).
/// </summary>
/// <remarks>
/// It refuses the same patterns and matches the same names as the server, with these exceptions. More than 250 nested parentheses are "too
/// complex" here, and about 8,000 there. Of the server's other limits, the number of states in a row is known (more than 43,359 characters,
/// counted with their repetitions). The server also refuses patterns that take too much memory, such as 1,543 optional characters in a row.
/// For back references see <see cref="TryMatch"/>. Several threads can use an instance.
/// </remarks>
internal sealed class AdvancedRegex
{
    /// <summary>A packet that asks for a connection, and so a name in it, is not longer (pqcomm.h, MAX_STARTUP_PACKET_LENGTH).</summary>
    public const int MaxTextLength = 10_000;

    // At most about a second. A name of 63 characters and a pattern that a person wrote take a few thousand steps.
    private const int WorkLimit = 10_000_000;

    private readonly RegexUnits _units;
    private readonly ParsedRegex _parsed;
    private readonly Lazy<Dissection> _dissection;

    private AdvancedRegex(string pattern, RegexUnits units, ParsedRegex parsed)
    {
        Pattern = pattern;
        _units = units;
        _parsed = parsed;
        _dissection = new Lazy<Dissection>(() => DissectionBuilder.Build(parsed.Root));
    }

    /// <summary>The pattern as it was given.</summary>
    public string Pattern { get; }

    /// <summary>Reads a pattern as the server does when it reads pg_hba.conf: byte by byte.</summary>
    /// <param name="pattern">The pattern without the slash before it.</param>
    /// <param name="error">PostgreSQL's text for the error, such as <c>parentheses () not balanced</c>; null where there is none.</param>
    /// <returns>Null where PostgreSQL would refuse the pattern.</returns>
    public static AdvancedRegex? TryParse(string pattern, out string? error) => TryParse(pattern, RegexUnits.Bytes, out error);

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern without the slash before it.</param>
    /// <param name="units">What counts as one character in patterns and names beyond ASCII.</param>
    /// <param name="error">PostgreSQL's text for the error, such as <c>parentheses () not balanced</c>; null where there is none.</param>
    /// <returns>Null where PostgreSQL would refuse the pattern.</returns>
    public static AdvancedRegex? TryParse(string pattern, RegexUnits units, out string? error)
    {
        ParsedRegex? parsed = RegexParser.Parse(ToUnits(pattern, units), out error);
        return parsed is null ? null : new AdvancedRegex(pattern, units, parsed);
    }

    /// <summary>Whether the name, or a part of it, matches; also false where <see cref="TryMatch"/> gives up.</summary>
    /// <param name="text">The name. A name longer than <see cref="MaxTextLength"/> never reaches a server, and does not match.</param>
    public bool IsMatch(string text) => TryMatch(text, out bool isMatch) && isMatch;

    /// <summary>Finds out within about a second whether the name, or a part of it, matches.</summary>
    /// <param name="text">The name. A name longer than <see cref="MaxTextLength"/> never reaches a server, and does not match.</param>
    /// <param name="isMatch">It matches.</param>
    /// <returns>
    /// False where it gave up. This happens with back references that would keep the server busy as well, and with patterns of thousands of
    /// parts on names of thousands of characters.
    /// </returns>
    public bool TryMatch(string text, out bool isMatch)
    {
        isMatch = false;
        if (text.Length > MaxTextLength)
            return true;
        uint[] units = ToUnits(text, _units);
        var budget = new WorkBudget(WorkLimit);
        bool found = _parsed.RefersBack
            ? new Dissector(_parsed, _dissection.Value, units, budget).IsMatch()
            : !new PositionMatcher(units, budget).Ends(_parsed.Root, PositionSet.From(units.Length, 0)).IsEmpty;
        isMatch = found && !budget.IsSpent;
        return !budget.IsSpent;
    }

    private static uint[] ToUnits(string text, RegexUnits units) => units == RegexUnits.Bytes
        ? Array.ConvertAll(Encoding.UTF8.GetBytes(text), code => (uint)code)
        : [.. text.EnumerateRunes().Select(rune => (uint)rune.Value)];
}
