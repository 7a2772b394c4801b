namespace PgSsl.Server.Configuration;

/// <summary>An assignment, or the error in a line: a row of pg_file_settings.</summary>
/// <param name="Path">The file; null where the server does not say.</param>
/// <param name="Line">The number of the line, from 1, as the server counts.</param>
/// <param name="Name">The parameter, as it is written; null for a line that is not an assignment.</param>
/// <param name="Value">Its value, without quotes; null for a line that is not an assignment.</param>
/// <param name="Error">The error, in the server's words; null where there is none.</param>
internal sealed record ConfigurationEntry(string? Path, int Line, string? Name, string? Value, string? Error)
{
    /// <summary>Where the name starts in its file.</summary>
    internal int NameStart { get; init; }

    /// <summary>Where the value starts in its file.</summary>
    internal int ValueStart { get; init; }

    /// <summary>Where the value ends in its file.</summary>
    internal int ValueEnd { get; init; }

    /// <summary>The file and the line: <c>/etc/postgresql/18/main/postgresql.conf:110</c>.</summary>
    public string Place => string.Create(null, $"{Path}:{Line}");

    /// <summary>Whether it assigns to a parameter (guc.c, guc_name_compare: names are compared without case).</summary>
    public bool Assigns(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}
