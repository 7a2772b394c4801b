namespace PgSsl.Connections.Formats;

/// <summary>A driver's connection string while it is built.</summary>
internal sealed class DriverDraft
{
    /// <summary>Keywords and values, in their order.</summary>
    public List<KeyValuePair<string, string>> Pairs { get; } = [];

    /// <summary>What is lost, or has a different meaning.</summary>
    public List<string> Warnings { get; } = [];

    public void Add(string keyword, string value) => Pairs.Add(KeyValuePair.Create(keyword, value));

    public void Warn(string warning) => Warnings.Add(warning);
}
