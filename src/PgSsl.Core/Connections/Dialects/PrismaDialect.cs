namespace PgSsl.Connections.Dialects;

/// <summary>Prisma's URL (prisma-engines, quaint/src/connector/postgres/url.rs). What Prisma does not know it ignores.</summary>
internal sealed class PrismaDialect : UrlDialect
{
    /// <inheritdoc/>
    public override string Client => "prisma";

    /// <inheritdoc/>
    protected override string Driver => "Prisma";

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Own { get; } = new Dictionary<string, DialectParameter>
    {
        ["schema"] = new(), ["pgbouncer"] = new(), ["connection_limit"] = new(), ["pool_timeout"] = new(), ["socket_timeout"] = new(),
        ["statement_cache_size"] = new(), ["max_connection_lifetime"] = new(), ["max_idle_connection_lifetime"] = new(),
        ["sslaccept"] = new() { IsAboutTls = true },
        // A PKCS #12 file, with its password in sslpassword.
        ["sslidentity"] = new() { IsAboutTls = true },
        // Not the client's certificate, but the server's root.
        ["sslcert"] = new("sslrootcert"),
        ["sslmode"] = new("sslmode") { Translate = value => value is "disable" or "require" ? value : SslMode.Prefer.ToLibpq() },
    };

    /// <inheritdoc/>
    protected override bool IsOwn(string name, string value) => name is not ("sslcert" or "sslmode") && base.IsOwn(name, value);

    /// <inheritdoc/>
    protected override void Complete(DialectDraft draft)
    {
        draft.Default("host", "localhost");
        draft.Default("dbname", "postgres");
        draft.Default("connect_timeout", "5");
    }
}
