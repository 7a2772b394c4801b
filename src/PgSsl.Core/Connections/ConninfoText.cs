namespace PgSsl.Connections;

/// <summary>Writes what <see cref="PgEndpoint.Parse"/> and libpq read as a connection string.</summary>
internal static class ConninfoText
{
    /// <summary>Writes <c>name=value</c> pairs separated by blanks, quoted where need be.</summary>
    public static string Write(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join(' ', parameters.Select(parameter => $"{parameter.Key}={Quote(parameter.Value)}"));

    /// <summary>
    /// The value as it must be written: quoted if it is empty or holds a blank, a quote or a backslash, and with a semicolon
    /// too. libpq needs no quotes for that one, but <c>a=b; host=c</c> is what a reader takes for another driver's string.
    /// </summary>
    public static string Quote(string value)
    {
        bool plain = value.Length > 0 && !value.Any(character => ConninfoParser.IsBlank(character) || character is '\'' or '\\' or ';');
        return plain ? value : $"'{value.Replace("\\", "\\\\").Replace("'", "\\'")}'";
    }

    /// <summary>As <see cref="Write"/>, with a mask in place of each secret.</summary>
    internal static string WriteMasked(IEnumerable<KeyValuePair<string, string>> parameters) =>
        Write(parameters.Select(parameter =>
            ConnectionParameters.IsSecret(parameter.Key) ? KeyValuePair.Create(parameter.Key, ConnectionSetting.Mask) : parameter));
}
