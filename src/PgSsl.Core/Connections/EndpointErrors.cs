namespace PgSsl.Connections;

/// <summary>Errors that several parsers of endpoints have in common.</summary>
internal static class EndpointErrors
{
    internal static PgSslException Invalid(string message, string remedy) => new(PgSslError.InvalidEndpoint, message, remedy);

    internal static PgSslException UnknownParameter(string name)
    {
        string remedy = "Use a parameter of libpq 18, such as host, port, user, dbname, sslmode or sslrootcert.";
        if (name.Contains(';'))
            remedy = "Separate parameters with blanks, not semicolons: this looks like the connection string of another driver.";
        else if (ConnectionParameters.Find(name.ToLowerInvariant()) is { } meant)
            remedy = $"Write it in lower case: {meant.Name}.";
        return new PgSslException(PgSslError.UnknownParameter, $"libpq has no connection parameter \"{name}\".", remedy);
    }

    internal static PgSslException AdoNet(string text) => Invalid(
        $"\"{RefusedText.Show(text)}\" has semicolons between its parameters: it is a connection string of Npgsql or ADO.NET, not of libpq.",
        "Write it with blanks and libpq's names: host=db1.example.com port=5432 user=app dbname=orders");

    /// <summary>C strings end at NUL, so libpq would silently read only a part of the text.</summary>
    internal static void RefuseNul(string text)
    {
        if (text.Contains('\0'))
            throw Invalid("The endpoint contains a NUL character.", "Remove the character; a connection string is text.");
    }
}
