namespace PgSsl.Connections.Formats;

/// <summary>A connection in some format.</summary>
/// <param name="Text">The connection string, or the lines, without a line break at the end.</param>
/// <param name="Warnings">
/// What the text does not express, or what its reader understands differently: a sentence each, which names the parameter and what to do instead.
/// They contain no secrets.
/// </param>
internal sealed record FormattedConnection(string Text, IReadOnlyList<string> Warnings)
{
    /// <summary>The connection's name in messages: its service, or its hosts.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The names of the secrets that were given, but not written because nobody asked for them.</summary>
    public IReadOnlyList<string> OmittedSecrets { get; init; } = [];
}
