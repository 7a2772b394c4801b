namespace PgSsl.Connections.Dialects;

/// <summary>Reads a server as libpq or an application names it.</summary>
internal static class ApplicationEndpoint
{
    private static readonly DriverDialect[] Dialects =
    [
        new JdbcDialect(), new SqlAlchemyDialect(), new AsyncpgDialect(), new Pg8000Dialect(), new NpgsqlDialect(),
        new PrismaDialect(), new NodePostgresDialect(), new PgxDialect(),
    ];

    /// <summary>Reads a text. What libpq takes is libpq's; only what it would refuse may be another driver's.</summary>
    /// <exception cref="PgSslException">As <see cref="PgEndpoint.Parse"/>, or the driver's string cannot be read.</exception>
    public static PgEndpoint Parse(string text)
    {
        string trimmed = text.Trim();
        return Array.Find(Dialects, dialect => dialect.Recognizes(trimmed))?.Read(trimmed) ?? PgEndpoint.Parse(text);
    }
}
