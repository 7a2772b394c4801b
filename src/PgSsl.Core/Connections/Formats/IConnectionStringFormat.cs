namespace PgSsl.Connections.Formats;

/// <summary>One way of writing a connection down.</summary>
internal interface IConnectionStringFormat
{
    /// <summary>What -Format calls it.</summary>
    string Name { get; }

    /// <summary>
    /// Whether <c>service=name</c> can stay as it is and means the same; false where its parameters must be read from the service file
    /// and written out.
    /// </summary>
    /// <param name="parameters">The parameters by libpq's name, <c>service</c> among them.</param>
    bool KeepsService(IReadOnlyDictionary<string, string> parameters);

    /// <summary>Writes the connection down.</summary>
    /// <exception cref="PgSslException">It cannot be written at all, not even in part.</exception>
    FormattedConnection Write(WrittenConnection connection);
}
