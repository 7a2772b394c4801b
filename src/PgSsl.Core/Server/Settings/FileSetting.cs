namespace PgSsl.Server.Settings;

/// <summary>A row of pg_file_settings: an assignment in the configuration files as they are now, loaded or not.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line; null for the whole file.</param>
/// <param name="Name">The parameter; null for an error that is not in an assignment.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsEffective">Whether it is the effective assignment, and can be applied.</param>
/// <param name="Error">Why it cannot be applied; null where it can, or where a later one overrides it.</param>
internal sealed record FileSetting(string? File, int? Line, string? Name, string? Value, bool IsEffective, string? Error)
{
    // guc.c, ProcessConfigFileInternal; it is not translated.
    private const string NotApplied = "setting could not be applied";

    /// <summary>Whether it keeps a reload from applying any setting: an unreadable file, a syntax error, a parameter that does not exist.</summary>
    public bool BlocksReload => Error is not null && Error != NotApplied;

    /// <summary>Whether only a restart changes the parameter: until then the view reports a new value as an error, although it is not one.</summary>
    public bool NeedsRestart { get; init; }
}
