namespace PgSsl.Connections.Formats;

/// <summary>How a parameter of libpq is written in a driver's connection string.</summary>
internal sealed class DriverParameter
{
    private readonly Func<string, string?> _translate;
    private readonly string[] _needless;

    private DriverParameter(string? keyword, Func<string, string?> translate, string instead, string[] needless) =>
        (Keyword, _translate, Instead, _needless) = (keyword, translate, instead, needless);

    /// <summary>The driver's name for it; null where it has no such parameter.</summary>
    public string? Keyword { get; }

    /// <summary>What to do about a value that cannot be written, as a sentence.</summary>
    public string Instead { get; }

    /// <summary>Whether the value only says what the driver does anyway.</summary>
    public bool IsNeedless(string value) => _needless.Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>The driver's word for a value; null where it has none.</summary>
    public string? Translate(string value) => _translate(value);

    /// <summary>The driver accepts any value as it is.</summary>
    public static DriverParameter Same(string keyword) => new(keyword, value => value, "", []);

    /// <summary>The driver has its own words for the values.</summary>
    public static DriverParameter Words(string keyword, Dictionary<string, string> words, string instead = "") =>
        new(keyword, value => words.GetValueOrDefault(value), instead, []);

    /// <summary>The driver's values are computed.</summary>
    public static DriverParameter Computed(string keyword, Func<string, string?> translate, string instead, params string[] needless) =>
        new(keyword, translate, instead, needless);

    /// <summary>The driver has no such parameter.</summary>
    public static DriverParameter None(string instead, params string[] needless) => new(null, _ => null, instead, needless);
}
