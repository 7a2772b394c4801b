namespace PgSsl.Connections.Formats;

/// <summary>A driver's connection string in the making.</summary>
internal sealed class DriverDraft
{
    /// <summary>Keywords and values, in the order written.</summary>
    public List<KeyValuePair<string, string>> Pairs { get; } = [];

    /// <summary>What is lost or means something else.</summary>
    public List<string> Warnings { get; } = [];

    public void Add(string keyword, string value) => Pairs.Add(KeyValuePair.Create(keyword, value));

    public void Warn(string warning) => Warnings.Add(warning);
}
