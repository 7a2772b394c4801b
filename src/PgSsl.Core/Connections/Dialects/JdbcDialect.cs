using System.Text.RegularExpressions;

namespace PgSsl.Connections.Dialects;

/// <summary>
/// pgjdbc 42.7's URL (Driver.java, parseURL; PGPropertyUtil.java, translatePGServiceToPGProperty; SslMode.java, of). What pgjdbc does not know
/// it ignores.
/// </summary>
internal sealed partial class JdbcDialect : DriverDialect
{
    private const string Scheme = "jdbc:postgresql:";

    private static readonly Dictionary<string, DialectParameter> Properties = new()
    {
        // The names of libpq that mean the same are taken as well (translatePGServiceToPGProperty).
        ["PGHOST"] = new("host"), ["host"] = new("host"),
        ["PGPORT"] = new("port"), ["port"] = new("port"),
        ["PGDBNAME"] = new("dbname"), ["dbname"] = new("dbname"),
        ["user"] = new("user"),
        ["password"] = new("password"),
        ["service"] = new("service"),
        ["ApplicationName"] = new("application_name"),
        ["options"] = new("options"),
        ["connectTimeout"] = new("connect_timeout"),
        ["sslmode"] = DialectParameter.Words(
            "sslmode",
            new Dictionary<string, string>
            {
                ["disable"] = "disable", ["allow"] = "allow", ["prefer"] = "prefer", ["require"] = "require",
                ["verify-ca"] = "verify-ca", ["verify-full"] = "verify-full",
            },
            StringComparer.OrdinalIgnoreCase),
        ["ssl"] = new() { IsAboutTls = true },
        ["sslfactory"] = new() { IsAboutTls = true },
        ["sslfactoryarg"] = new() { IsAboutTls = true },
        ["sslhostnameverifier"] = new() { IsAboutTls = true },
        ["sslpasswordcallback"] = new() { IsAboutTls = true },
        ["sslNegotiation"] = DialectParameter.Words(
            "sslnegotiation",
            new Dictionary<string, string> { ["postgres"] = "postgres", ["direct"] = "direct" },
            StringComparer.OrdinalIgnoreCase),
        ["sslrootcert"] = new("sslrootcert"),
        ["sslcert"] = new("sslcert"),
        ["sslkey"] = new("sslkey"),
        ["sslpassword"] = new("sslpassword"),
        ["channelBinding"] = new("channel_binding"),
        ["gssEncMode"] = new("gssencmode"),
        ["kerberosServerName"] = new("krbsrvname"),
        ["replication"] = new("replication"),
    };

    /// <inheritdoc/>
    public override string Client => "pgjdbc";

    /// <inheritdoc/>
    protected override string Driver => "pgjdbc";

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } = ["PGPASSFILE", "PGSERVICEFILE", "PGSYSCONFDIR"];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Parameters => Properties;

    /// <inheritdoc/>
    public override bool Recognizes(string text) => text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<WrittenParameter> Scan(string text)
    {
        // For Java, a # is nothing special.
        IEnumerable<WrittenParameter> query = DriverUrl.ScanQuery(text, text.IndexOf('?') + 1);
        if (NoHost().Match(text) is not { Success: true } match)
            return [.. DriverUrl.ScanServer(text), .. query];
        Group database = match.Groups["database"];
        return database.Length == 0
            ? [.. query]
            : [new("dbname", Uri.UnescapeDataString(database.Value), database.Index, database.Index + database.Length), .. query];
    }

    /// <inheritdoc/>
    protected override void Complete(DialectDraft draft)
    {
        if (!draft.Parameters.ContainsKey("service"))
            draft.Default("host", "localhost");
        if (draft["ssl"] is { } ssl && (ssl.Length == 0 || ssl.Equals("true", StringComparison.OrdinalIgnoreCase)))
            draft.Default("sslmode", SslMode.VerifyFull.ToLibpq());
    }

    // jdbc:postgresql:database and jdbc:postgresql:/
    [GeneratedRegex(@"^jdbc:postgresql:(//?(?=\?|$)|(?!//)(?<database>[^?]*))", RegexOptions.ExplicitCapture)]
    private static partial Regex NoHost();
}
