namespace PgSsl.Connections;

/// <summary>One of libpq's connection parameters (fe-connect.c, PQconninfoOptions).</summary>
/// <param name="Name">The name in connection strings and service files, such as <c>sslmode</c>.</param>
/// <param name="EnvironmentVariable">The variable that stands in for it, such as <c>PGSSLMODE</c>; null where there is
/// none.</param>
/// <param name="DefaultValue">The value compiled in; null where libpq has none or works it out.</param>
/// <param name="Description">One line about what it does.</param>
internal sealed record ConnectionParameter(string Name, string? EnvironmentVariable, string? DefaultValue, string Description)
{
    /// <summary>True for a value that is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The values that make sense, in the order to offer them; null where any text does.</summary>
    public string[]? AllowedValues { get; init; }

    /// <summary>How libpq reads the value.</summary>
    public ParameterSyntax Syntax { get; init; }

    /// <summary>The major version of libpq that brought it; null for those that PostgreSQL 9.6 already had.</summary>
    public int? SinceVersion { get; init; }
}
