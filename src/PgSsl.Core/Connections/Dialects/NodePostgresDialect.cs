namespace PgSsl.Connections.Dialects;

/// <summary>
/// node-postgres' URL, where it is not libpq's (pg-connection-string 2.14, index.js; pg 8.23, connection-parameters.js). What it does not know
/// it ignores.
/// </summary>
internal sealed class NodePostgresDialect : UrlDialect
{
    // The certificate is not verified.
    private const string NoVerify = "no-verify";

    private static readonly string[] FileParameters = ["sslcert", "sslkey", "sslrootcert"];

    /// <inheritdoc/>
    public override string Client => "node-postgres";

    /// <inheritdoc/>
    protected override string Driver => "node-postgres";

    /// <inheritdoc/>
    protected override SslMode? DefaultSslMode => SslMode.Disable;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } =
    [
        "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSSLMODE", "PGSSLNEGOTIATION", "PGOPTIONS", "PGAPPNAME", "PGCONNECT_TIMEOUT",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Own { get; } = new Dictionary<string, DialectParameter>
    {
        ["uselibpqcompat"] = new() { IsAboutTls = true },
        ["ssl"] = new() { IsAboutTls = true },
        ["sslmode"] = new("sslmode") { Translate = value => value == NoVerify ? SslMode.Require.ToLibpq() : value },
        ["encoding"] = new(), ["statement_timeout"] = new(), ["query_timeout"] = new(), ["idle_in_transaction_session_timeout"] = new(),
        ["connectionTimeoutMillis"] = new(), ["keepAlive"] = new(),
    };

    /// <inheritdoc/>
    protected override bool IsOwn(string name, string value) => name switch
    {
        "sslmode" => value == NoVerify,
        // libpq has this one value.
        "ssl" => value != "true",
        _ => base.IsOwn(name, value),
    };

    /// <summary>sslmode, and each file, replaces what ssl says; any text that is not empty switches TLS on, even "false".</summary>
    protected override void Complete(DialectDraft draft)
    {
        draft.Default("host", "localhost");
        bool hasFiles = Array.Exists(FileParameters, draft.Parameters.ContainsKey);
        if (draft["sslmode"] is not null)
            return;
        string? mode = (draft["ssl"], hasFiles) switch
        {
            (_, true) => SslMode.VerifyFull.ToLibpq(),
            ("0", _) => SslMode.Disable.ToLibpq(),
            (NoVerify, _) => SslMode.Require.ToLibpq(),
            ({ Length: > 0 }, _) => SslMode.VerifyFull.ToLibpq(),
            _ => draft["sslnegotiation"] == "direct" ? SslMode.VerifyFull.ToLibpq() : null,
        };
        if (mode is not null)
            draft.Default("sslmode", mode);
    }
}
