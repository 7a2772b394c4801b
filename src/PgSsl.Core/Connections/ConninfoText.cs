namespace PgSsl.Connections;

/// <summary>Writes connection strings that <see cref="PgEndpoint.Parse"/> and libpq read.</summary>
internal static class ConninfoText
{
    /// <summary>Writes <c>name=value</c> pairs separated by blanks, quoted where necessary.</summary>
    public static string Write(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join(' ', parameters.Select(parameter => $"{parameter.Key}={Quote(parameter.Value)}"));

    /// <summary>
    /// A value, quoted if it is empty or contains a blank, a quote or a backslash. It is also quoted if it contains a semicolon: libpq does not need
    /// that, but a reader would take <c>a=b; host=c</c> for the connection string of another driver.
    /// </summary>
    public static string Quote(string value)
    {
        bool plain = value.Length > 0 && !value.Any(character => ConninfoParser.IsBlank(character) || character is '\'' or '\\' or ';');
        return plain ? value : $"'{value.Replace("\\", "\\\\").Replace("'", "\\'")}'";
    }

    /// <summary>As <see cref="Write"/>, with a mask instead of each secret.</summary>
    internal static string WriteMasked(IEnumerable<KeyValuePair<string, string>> parameters) =>
        Write(parameters.Select(parameter =>
            ConnectionParameters.IsSecret(parameter.Key) || RefusedText.MayHoldSecret(parameter.Key, parameter.Value)
                ? KeyValuePair.Create(parameter.Key, ConnectionSetting.Mask) : parameter));
}
