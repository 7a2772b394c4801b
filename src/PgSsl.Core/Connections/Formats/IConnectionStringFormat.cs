namespace PgSsl.Connections.Formats;

/// <summary>A format in which a connection can be written.</summary>
internal interface IConnectionStringFormat
{
    /// <summary>Its name for -Format.</summary>
    string Name { get; }

    /// <summary>
    /// Whether <c>service=name</c> can stay as it is and means the same; if not, its parameters must be read from the service file and written out.
    /// </summary>
    /// <param name="parameters">The parameters by libpq's name, including <c>service</c>.</param>
    bool KeepsService(IReadOnlyDictionary<string, string> parameters);

    /// <summary>Writes the connection.</summary>
    /// <exception cref="PgSslException">It cannot be written, not even in part.</exception>
    FormattedConnection Write(WrittenConnection connection);
}
