namespace PgSsl.Connections;

/// <summary>A connection parameter of libpq (fe-connect.c, PQconninfoOptions).</summary>
/// <param name="Name">The name in connection strings and service files, such as <c>sslmode</c>.</param>
/// <param name="EnvironmentVariable">Its environment variable, such as <c>PGSSLMODE</c>; null where there is none.</param>
/// <param name="DefaultValue">The compiled-in value; null where libpq has none, or computes it.</param>
/// <param name="Description">What it does, in one line.</param>
internal sealed record ConnectionParameter(string Name, string? EnvironmentVariable, string? DefaultValue, string Description)
{
    /// <summary>Whether its value is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The possible values, in the order of completion; null where any text is possible.</summary>
    public string[]? AllowedValues { get; init; }

    /// <summary>How libpq reads the value.</summary>
    public ParameterSyntax Syntax { get; init; }

    /// <summary>The major version of libpq in which it was added; null if PostgreSQL 9.6 already had it.</summary>
    public int? SinceVersion { get; init; }
}
