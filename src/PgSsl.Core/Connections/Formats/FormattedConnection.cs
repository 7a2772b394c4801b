namespace PgSsl.Connections.Formats;

/// <summary>A connection, written down.</summary>
/// <param name="Text">The connection string, or the lines, without a line break at the end.</param>
/// <param name="Warnings">
/// What the text does not say, or what means something else to its reader: a sentence each, which names the parameter and what to do
/// instead. No secret is in it.
/// </param>
internal sealed record FormattedConnection(string Text, IReadOnlyList<string> Warnings)
{
    /// <summary>What messages call the connection: its service, or its hosts.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The names of the secrets that were given and, as asked, not written.</summary>
    public IReadOnlyList<string> OmittedSecrets { get; init; } = [];
}
