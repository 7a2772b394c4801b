using System.Text;

namespace PgSsl.Patterns;

/// <summary>
/// A regular expression as PostgreSQL 16 and later take it for database and user names in pg_hba.conf and pg_ident.conf, after the slash: an
/// advanced regular expression (PostgreSQL documentation, "POSIX Regular Expressions"), in the C collation, matching anywhere in the name
/// (src/backend/libpq/hba.c, regcomp_auth_token and regexec_auth_token).
/// </summary>
/// <remarks>
/// The same patterns are refused and the same names matched as by the server, with these exceptions. Nested deeper than 250 parentheses
/// is "too complex" here, about 8,000 there. The server's other limits are known as far as they come from the number of states in a row
/// (more than 43,359 characters, counted with their repetitions); it also refuses what takes too much memory, such as 1,543 optional
/// characters in a row. For back references see <see cref="TryMatch"/>. Instances can be used from several threads.
/// </remarks>
internal sealed class AdvancedRegex
{
    /// <summary>No packet that asks for a connection is longer (pqcomm.h, MAX_STARTUP_PACKET_LENGTH), and so no name in it.</summary>
    public const int MaxTextLength = 10_000;

    // At most about a second. A name of 63 characters and a pattern that a person wrote take some thousands.
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
    /// <param name="error">PostgreSQL's own text for what is wrong, such as <c>parentheses () not balanced</c>; null where nothing is.</param>
    /// <returns>Null where PostgreSQL would refuse the pattern.</returns>
    public static AdvancedRegex? TryParse(string pattern, out string? error) => TryParse(pattern, RegexUnits.Bytes, out error);

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern without the slash before it.</param>
    /// <param name="units">What a character is: decides about patterns and names beyond ASCII.</param>
    /// <param name="error">PostgreSQL's own text for what is wrong, such as <c>parentheses () not balanced</c>; null where nothing is.</param>
    /// <returns>Null where PostgreSQL would refuse the pattern.</returns>
    public static AdvancedRegex? TryParse(string pattern, RegexUnits units, out string? error)
    {
        ParsedRegex? parsed = RegexParser.Parse(ToUnits(pattern, units), out error);
        return parsed is null ? null : new AdvancedRegex(pattern, units, parsed);
    }

    /// <summary>Whether the name, or a part of it, matches; false, too, where <see cref="TryMatch"/> gives up.</summary>
    /// <param name="text">The name; one that is longer than <see cref="MaxTextLength"/> never gets to a server and does not match.</param>
    public bool IsMatch(string text) => TryMatch(text, out bool isMatch) && isMatch;

    /// <summary>Whether the name, or a part of it, matches, if that can be found out within about a second.</summary>
    /// <param name="text">The name; one that is longer than <see cref="MaxTextLength"/> never gets to a server and does not match.</param>
    /// <param name="isMatch">It matches.</param>
    /// <returns>
    /// False where it was given up. That takes a pattern with back references that would keep the server busy, too, or one of thousands of
    /// parts with a name of thousands of characters.
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
