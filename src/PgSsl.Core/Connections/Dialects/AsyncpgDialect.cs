namespace PgSsl.Connections.Dialects;

/// <summary>asyncpg below SQLAlchemy: the query names arguments of asyncpg.connect (asyncpg/connection.py, connect_utils.py).</summary>
internal sealed class AsyncpgDialect : SqlAlchemyDialect
{
    private static readonly string[] Arguments =
    [
        "timeout", "command_timeout", "statement_cache_size", "max_cached_statement_lifetime", "max_cacheable_statement_size", "direct_tls",
        "server_settings", "servicefile", "prepared_statement_cache_size", "prepared_statement_name_func", "async_fallback",
    ];

    private static readonly Dictionary<string, DialectParameter> Known = new[]
    {
        ("host", new DialectParameter("host")), ("port", new("port")), ("user", new("user")), ("password", new("password")),
        ("database", new("dbname")), ("dbname", new("dbname")), ("passfile", new("passfile")), ("service", new("service")),
        ("target_session_attrs", new("target_session_attrs")), ("krbsrvname", new("krbsrvname")), ("gsslib", new("gsslib")),
        ("ssl", DialectParameter.Words(
            "sslmode",
            Enum.GetValues<SslMode>().Select(mode => mode.ToLibpq()).ToDictionary(mode => mode),
            StringComparer.Ordinal)),
    }.Concat(Arguments.Select(name => (name, new DialectParameter()))).ToDictionary(entry => entry.Item1, entry => entry.Item2);

    /// <inheritdoc/>
    public override string Client => "asyncpg";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Schemes { get; } = ["postgresql+asyncpg"];

    /// <inheritdoc/>
    protected override string Driver => "asyncpg";

    /// <inheritdoc/>
    protected override bool KnowsSystemRoots => false;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } =
    [
        "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE", "PGSSLMODE", "PGSSLCERT", "PGSSLKEY",
        "PGSSLROOTCERT", "PGSSLCRL", "PGSSLNEGOTIATION", "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION", "PGTARGETSESSIONATTRS",
        "PGKRBSRVNAME", "PGGSSLIB",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Own => Known;

    /// <inheritdoc/>
    protected override DialectParameter? Find(string name) => Known.GetValueOrDefault(name);

    /// <inheritdoc/>
    protected override string Hint(string name) => name.StartsWith("ssl", StringComparison.Ordinal)
        ? "Use ssl=verify-full, or another of libpq's modes; its files are read from PGSSLROOTCERT, PGSSLCERT and PGSSLKEY."
        : "Use an argument of asyncpg.connect.";
}
