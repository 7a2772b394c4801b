namespace PgSsl.Connections.Formats;

/// <summary>What becomes of one of libpq's parameters in a driver's connection string.</summary>
internal sealed class DriverParameter
{
    private readonly Func<string, string?> _translate;
    private readonly string[] _needless;

    private DriverParameter(string? keyword, Func<string, string?> translate, string instead, string[] needless) =>
        (Keyword, _translate, Instead, _needless) = (keyword, translate, instead, needless);

    /// <summary>What the driver calls it; null where it has nothing of the kind.</summary>
    public string? Keyword { get; }

    /// <summary>What to do about a value that cannot be written, as a sentence.</summary>
    public string Instead { get; }

    /// <summary>True for a value that only says what the driver does anyway.</summary>
    public bool IsNeedless(string value) => _needless.Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>The value in the driver's words; null where it has none for it.</summary>
    public string? Translate(string value) => _translate(value);

    /// <summary>The driver takes any value as it is.</summary>
    public static DriverParameter Same(string keyword) => new(keyword, value => value, "", []);

    /// <summary>The driver has words of its own for the values.</summary>
    public static DriverParameter Words(string keyword, Dictionary<string, string> words, string instead = "") =>
        new(keyword, value => words.GetValueOrDefault(value), instead, []);

    /// <summary>The driver's values are worked out.</summary>
    public static DriverParameter Computed(string keyword, Func<string, string?> translate, string instead, params string[] needless) =>
        new(keyword, translate, instead, needless);

    /// <summary>The driver has nothing of the kind.</summary>
    public static DriverParameter None(string instead, params string[] needless) => new(null, _ => null, instead, needless);
}
