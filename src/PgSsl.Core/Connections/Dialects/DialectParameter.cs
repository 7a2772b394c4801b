namespace PgSsl.Connections.Dialects;

/// <summary>What a driver's parameter means to libpq.</summary>
/// <param name="Name">libpq's name for it; null if libpq has no such parameter.</param>
internal sealed record DialectParameter(string? Name = null)
{
    /// <summary>Whether it decides about TLS.</summary>
    public bool IsAboutTls { get; init; } = Name?.StartsWith("ssl", StringComparison.Ordinal) == true;

    /// <summary>Whether its value is never shown.</summary>
    public bool IsSecret { get; init; } = Name is not null && ConnectionParameters.IsSecret(Name);

    /// <summary>libpq's word for a value; null for a value that the driver does not have. Without it any value stays as it is.</summary>
    public Func<string, string?>? Translate { get; init; }

    /// <summary>What values the driver has, for messages.</summary>
    public string Values { get; init; } = "";

    /// <summary>A parameter with words of its own.</summary>
    /// <param name="name">libpq's name for it.</param>
    /// <param name="words">libpq's word for each of the driver's.</param>
    /// <param name="comparer">How the driver compares them.</param>
    public static DialectParameter Words(string name, IReadOnlyDictionary<string, string> words, StringComparer comparer)
    {
        var known = new Dictionary<string, string>(words, comparer);
        return new(name) { Translate = value => known.GetValueOrDefault(value), Values = string.Join(", ", words.Keys) };
    }
}
