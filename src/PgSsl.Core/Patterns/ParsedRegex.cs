namespace PgSsl.Patterns;

/// <summary>A pattern that PostgreSQL accepts.</summary>
/// <param name="Root">The whole pattern.</param>
/// <param name="GroupCount">Capturing parentheses, and one for the whole.</param>
/// <param name="RefersBack">It has back references, which an automaton cannot match.</param>
/// <param name="IgnoresCase">ASCII letters match in both cases.</param>
internal sealed record ParsedRegex(RegexNode Root, int GroupCount, bool RefersBack, bool IgnoresCase);
