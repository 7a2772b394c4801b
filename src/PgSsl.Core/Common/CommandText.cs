namespace PgSsl.Common;

/// <summary>Writes text as PowerShell reads it, for commands that are shown to be copied.</summary>
internal static class CommandText
{
    /// <summary>An argument, quoted if PowerShell would read the bare word differently.</summary>
    public static string Quote(string argument)
    {
        bool isWord = argument.Length > 0
            && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_' or '/' or '\\' or '=')
            && !argument.StartsWith('-');
        return isWord ? argument : $"'{argument.Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
