namespace PgSsl.Server.Settings;

/// <summary>A row of pg_settings.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Value">The value that the server uses, as SHOW prints it, without units.</param>
internal sealed record ServerSetting(string Name, string Value)
{
    /// <summary>The compiled-in value; null where there is none.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// Where the value comes from: <c>default</c>, <c>configuration file</c>, <c>command line</c> … (guc.c, GucSource_Names). No file overrides
    /// the command line or the environment.
    /// </summary>
    public string Source { get; init; } = "default";

    /// <summary>
    /// Whether it was given when the server was started, so that no file overrides it (guc.h, GucSource: PGC_S_ENV_VAR is below PGC_S_FILE,
    /// PGC_S_ARGV above).
    /// </summary>
    public bool IsFromCommandLine => Source == "command line";

    /// <summary>The file that sets it; null where no file does, or the role may not see it (pg_read_all_settings).</summary>
    public string? SourceFile { get; init; }

    /// <summary>The line of that file.</summary>
    public int? SourceLine { get; init; }

    /// <summary>How values are written: <c>bool</c>, <c>enum</c>, <c>string</c> …</summary>
    public string Kind { get; init; } = "string";

    /// <summary>Whether a file was changed, and only a restart loads the new value.</summary>
    public bool IsRestartPending { get; init; }

    /// <summary>
    /// Whether two spellings mean the same value of this parameter: words of enumerations and booleans are case-insensitive, and booleans may
    /// be shortened (guc.c, config_enum_lookup_by_name; bool.c, parse_bool).
    /// </summary>
    public bool MeansSame(string? value, string? other) => Kind switch
    {
        "bool" => ParseBoolean(value) is { } left && ParseBoolean(other) is { } right ? left == right : value == other,
        "enum" => string.Equals(value, other, StringComparison.OrdinalIgnoreCase),
        _ => value == other,
    };

    /// <summary>Reads a boolean as the server does; null for other text.</summary>
    public static bool? ParseBoolean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        // "o" alone is ambiguous, so the server refuses it.
        return IsStartOf("true", 1) || IsStartOf("yes", 1) || IsStartOf("on", 2) || text == "1" ? true
            : IsStartOf("false", 1) || IsStartOf("no", 1) || IsStartOf("off", 2) || text == "0" ? false
            : null;

        bool IsStartOf(string word, int least) => text.Length >= least && word.StartsWith(text, StringComparison.OrdinalIgnoreCase);
    }
}
