using System.Text.RegularExpressions;

namespace PgSsl.Connections.Dialects;

/// <summary>
/// SQLAlchemy 2's URL with a driver in its scheme (engine/url.py, _parse_url), and those of Django's packages (dj-database-url, django-environ).
/// The query becomes arguments of the driver's connect function: for psycopg and psycopg2 they are libpq's.
/// </summary>
internal partial class SqlAlchemyDialect : UrlDialect
{
    private static readonly string[] LibpqSchemes =
    [
        "postgresql+psycopg2", "postgresql+psycopg", "postgresql+psycopg_async", "postgresql+psycopg2cffi", "pgsql", "psql", "postgis",
    ];

    /// <inheritdoc/>
    public override string Client => "libpq";

    /// <summary>The schemes of this driver's URLs, without ://.</summary>
    protected virtual IReadOnlyList<string> Schemes => LibpqSchemes;

    /// <inheritdoc/>
    protected override string Driver => "psycopg";

    /// <inheritdoc/>
    protected override bool KnowsSystemRoots => true;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } =
        [.. ConnectionParameters.All.Select(parameter => parameter.EnvironmentVariable).OfType<string>()];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Own { get; } =
        new Dictionary<string, DialectParameter> { ["async_fallback"] = new(), ["prepare_threshold"] = new(), ["autocommit"] = new() };

    /// <inheritdoc/>
    public override bool Recognizes(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is var end and > 0 && Schemes.Contains(text[..end], StringComparer.Ordinal);

    /// <summary>Several hosts are several parameters: <c>?host=db1:5432&amp;host=db2</c> (dialects/postgresql/psycopg2.py, "multi-host").</summary>
    public override IReadOnlyList<WrittenParameter> Scan(string text)
    {
        List<WrittenParameter> found = [.. base.Scan(text)];
        WrittenParameter[] hosts = [.. found.Where(parameter => parameter.Name == "host")];
        if (!Array.Exists(hosts, host => HostAndPort().IsMatch(host.Value)) && hosts.Length < 2)
            return found;
        string[] names = Array.ConvertAll(hosts, host => HostAndPort().Replace(host.Value, "${host}"));
        string[] ports = Array.ConvertAll(hosts, host => HostAndPort().Match(host.Value).Groups["port"].Value);
        found.RemoveAll(hosts.Contains);
        found.Add(hosts[^1] with { Value = string.Join(',', names) });
        if (Array.Exists(ports, port => port.Length > 0))
            found.Add(hosts[^1] with { Name = "port", Value = string.Join(',', ports) });
        return found;
    }

    /// <inheritdoc/>
    protected override void Complete(DialectDraft draft)
    {
        foreach (string name in draft.Unknown)
            draft.Refuse(
                $"{Driver} has no connection parameter \"{name}\".", Hint(name));
    }

    /// <summary>What to write instead of a parameter that the driver does not have.</summary>
    protected virtual string Hint(string name) => "Use a parameter of libpq, such as sslmode or sslrootcert.";

    [GeneratedRegex("^(?<host>[^:]*):(?<port>[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex HostAndPort();
}
