namespace PgSsl.Connections.Dialects;

/// <summary>
/// pgx v5's URL, where it is not libpq's (jackc/pgx: conn.go, ParseConfigWithOptions; pgxpool/pool.go, ParseConfig). Whatever else it does not
/// know becomes a setting of the session, which libpq has not.
/// </summary>
internal sealed class PgxDialect : UrlDialect
{
    /// <inheritdoc/>
    public override string Client => "pgx";

    /// <inheritdoc/>
    protected override string Driver => "pgx";

    /// <inheritdoc/>
    protected override bool KnowsSystemRoots => true;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } =
    [
        "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGAPPNAME", "PGCONNECT_TIMEOUT", "PGSSLMODE", "PGSSLKEY",
        "PGSSLCERT", "PGSSLSNI", "PGSSLROOTCERT", "PGSSLNEGOTIATION", "PGTARGETSESSIONATTRS", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS",
        "PGCHANNELBINDING",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Own { get; } = new Dictionary<string, DialectParameter>
    {
        ["default_query_exec_mode"] = new(), ["statement_cache_capacity"] = new(), ["description_cache_capacity"] = new(),
        ["pool_max_conns"] = new(), ["pool_min_conns"] = new(), ["pool_min_idle_conns"] = new(), ["pool_max_conn_lifetime"] = new(),
        ["pool_max_conn_idle_time"] = new(), ["pool_health_check_period"] = new(), ["pool_max_conn_lifetime_jitter"] = new(),
        ["krbspn"] = new(),
    };
}
