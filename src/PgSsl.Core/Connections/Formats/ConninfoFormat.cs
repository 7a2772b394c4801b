namespace PgSsl.Connections.Formats;

/// <summary>libpq's <c>name=value</c> pairs, which can express everything that libpq supports.</summary>
internal sealed class ConninfoFormat : IConnectionStringFormat
{
    public string Name => "Conninfo";

    public bool KeepsService(IReadOnlyDictionary<string, string> parameters) => true;

    public FormattedConnection Write(WrittenConnection connection) => new(ConninfoText.Write(connection.Parameters), []);
}
