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
        if (Find(trimmed) is not { } dialect)
            return PgEndpoint.Parse(text);
        RefusedText.Refuse(trimmed);
        return dialect.Read(trimmed);
    }

    /// <summary>The driver that a text was written for; null for libpq.</summary>
    public static DriverDialect? Find(string text) => Array.Find(Dialects, dialect => dialect.Recognizes(text));

    /// <summary>Takes parameters one by one, by the names of libpq, Rails or Django.</summary>
    /// <exception cref="PgSslException">As <see cref="PgEndpoint.FromParameters"/>, or the framework's database is another.</exception>
    public static PgEndpoint FromParameters(IReadOnlyCollection<KeyValuePair<string, string>> parameters)
    {
        if (!FrameworkParameters.Recognizes(parameters))
            return PgEndpoint.FromParameters(parameters);
        PgEndpoint endpoint = PgEndpoint.FromParameters(FrameworkParameters.Translate(parameters));
        if (FrameworkParameters.UrlOf(parameters) is not { Length: > 0 } url)
            return endpoint;
        PgEndpoint named = Parse(url);
        return endpoint.Parameters.Where(pair => !named.Parameters.ContainsKey(pair.Key))
            .Aggregate(named, (merged, pair) => merged.With(pair.Key, pair.Value));
    }
}
