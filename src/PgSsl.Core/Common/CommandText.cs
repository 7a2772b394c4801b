namespace PgSsl.Common;

/// <summary>Text as PowerShell reads it back, for commands that are shown to be copied.</summary>
internal static class CommandText
{
    /// <summary>An argument: quoted where a bare word would fall apart or mean something else.</summary>
    public static string Quote(string argument)
    {
        bool isWord = argument.Length > 0
            && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_' or '/' or '\\' or '=')
            && !argument.StartsWith('-');
        return isWord ? argument : $"'{argument.Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
