namespace PgSsl.Binding;

/// <summary>
/// The first argument of the cmdlets for pg_hba.conf names a server, as everywhere, or a file. Which of the two follows from its form alone: no
/// host has a slash in its name or ends in .conf, and a directory is where a server has its socket.
/// </summary>
internal static class HbaPathArgument
{
    /// <summary>Whether it is one argument, and a path.</summary>
    public static bool IsPath(EndpointArgument[]? endpoints) => endpoints is [{ Written: { } text }] && IsPath(text);

    /// <summary>Whether it is the path of a file.</summary>
    public static bool IsPath(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal) || (text.Contains('=') && text[0] is not ('/' or '.' or '~')))
            return false;
        return text.Contains('/') || text.Contains('\\') ? !Directory.Exists(text) : text.EndsWith(".conf", StringComparison.OrdinalIgnoreCase);
    }
}
