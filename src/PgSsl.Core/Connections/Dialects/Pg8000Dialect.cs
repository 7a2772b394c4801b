namespace PgSsl.Connections.Dialects;

/// <summary>
/// pg8000 below SQLAlchemy: the query names arguments of pg8000.connect (pg8000/dbapi.py). None of them decides about TLS in a text.
/// </summary>
internal sealed class Pg8000Dialect : SqlAlchemyDialect
{
    private static readonly Dictionary<string, DialectParameter> Known = new()
    {
        ["host"] = new("host"), ["port"] = new("port"), ["user"] = new("user"), ["password"] = new("password"), ["database"] = new("dbname"),
        ["dbname"] = new("dbname"), ["application_name"] = new("application_name"), ["replication"] = new("replication"), ["timeout"] = new(),
        ["tcp_keepalive"] = new(), ["source_address"] = new(), ["unix_sock"] = new(), ["startup_params"] = new(),
        ["ssl_context"] = new() { IsAboutTls = true },
    };

    /// <inheritdoc/>
    public override string Client => "pg8000";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Schemes { get; } = ["postgresql+pg8000"];

    /// <inheritdoc/>
    protected override string Driver => "pg8000";

    /// <inheritdoc/>
    protected override bool KnowsSystemRoots => false;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } = [];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Own => Known;

    /// <inheritdoc/>
    protected override DialectParameter? Find(string name) => Known.GetValueOrDefault(name);

    /// <inheritdoc/>
    protected override string Hint(string name) => name.StartsWith("ssl", StringComparison.Ordinal)
        ? "Give connect_args={\"ssl_context\": …} in Python; a URL cannot name one."
        : "Use an argument of pg8000.connect.";
}
