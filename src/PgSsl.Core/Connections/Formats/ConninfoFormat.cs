namespace PgSsl.Connections.Formats;

/// <summary>libpq's <c>name=value</c> pairs: everything that libpq knows can be said.</summary>
internal sealed class ConninfoFormat : IConnectionStringFormat
{
    public string Name => "Conninfo";

    public bool KeepsService(IReadOnlyDictionary<string, string> parameters) => true;

    public FormattedConnection Write(WrittenConnection connection) => new(ConninfoText.Write(connection.Parameters), []);
}
