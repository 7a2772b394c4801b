namespace PgSsl.Common;

/// <summary>Versions of PostgreSQL.</summary>
internal static class PostgresVersion
{
    /// <summary>The newest major version whose rules are known here.</summary>
    public const int Newest = 18;
}
