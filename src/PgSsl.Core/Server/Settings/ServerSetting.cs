namespace PgSsl.Server.Settings;

/// <summary>A row of pg_settings.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Value">What the server goes by, as SHOW has it without units.</param>
internal sealed record ServerSetting(string Name, string Value)
{
    /// <summary>The compiled-in value; null where there is none.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// Where the value comes from: <c>default</c>, <c>configuration file</c>, <c>command line</c> … (guc.c, GucSource_Names). What comes
    /// from the command line or the environment no file overrides.
    /// </summary>
    public string Source { get; init; } = "default";

    /// <summary>The file that it was set in; null where it was in none, or the role may not see it (pg_read_all_settings).</summary>
    public string? SourceFile { get; init; }

    /// <summary>The line of that file.</summary>
    public int? SourceLine { get; init; }

    /// <summary>How values are written: <c>bool</c>, <c>enum</c>, <c>string</c> …</summary>
    public string Kind { get; init; } = "string";

    /// <summary>Whether a change in a file takes effect with a restart only, and there is one.</summary>
    public bool IsRestartPending { get; init; }

    /// <summary>
    /// Whether two spellings mean one value of this parameter: words of enumerations and booleans are case-insensitive, and booleans may
    /// be shortened (guc.c, config_enum_lookup_by_name; bool.c, parse_bool).
    /// </summary>
    public bool MeansSame(string? one, string? other) => Kind switch
    {
        "bool" => ParseBoolean(one) is { } left && ParseBoolean(other) is { } right ? left == right : one == other,
        "enum" => string.Equals(one, other, StringComparison.OrdinalIgnoreCase),
        _ => one == other,
    };

    /// <summary>Reads a boolean as the server does; null where it is none.</summary>
    public static bool? ParseBoolean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        // "o" alone could be either, and is neither.
        return IsStartOf("true", 1) || IsStartOf("yes", 1) || IsStartOf("on", 2) || text == "1" ? true
            : IsStartOf("false", 1) || IsStartOf("no", 1) || IsStartOf("off", 2) || text == "0" ? false
            : null;

        bool IsStartOf(string word, int least) => text.Length >= least && word.StartsWith(text, StringComparison.OrdinalIgnoreCase);
    }
}
