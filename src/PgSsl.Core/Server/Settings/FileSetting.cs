namespace PgSsl.Server.Settings;

/// <summary>A row of pg_file_settings: an assignment as the configuration files have it now, whether or not it is loaded.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line; null for a file as a whole.</param>
/// <param name="Name">The parameter; null for an error that is no assignment.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsEffective">Whether it is the assignment that counts, and can be applied.</param>
/// <param name="Error">Why it cannot be applied; null where it can, or where a later one counts.</param>
internal sealed record FileSetting(string? File, int? Line, string? Name, string? Value, bool IsEffective, string? Error)
{
    /// <summary>Whether only a restart changes the parameter: until then a new value is an error to the view, and none to anybody else.</summary>
    public bool NeedsRestart { get; init; }
}
