using PgSsl.Common;

namespace PgSsl.Connections.Dialects;

/// <summary>
/// The parameters of a connection as Rails (database.yml) and Django (DATABASES) name them, for a hashtable. Both pass what they do not use
/// themselves on to libpq. Sources: rails/rails, postgresql_adapter.rb (initialize, VALID_CONN_PARAMS);
/// django/django, postgresql/base.py (get_connection_params).
/// </summary>
internal static class FrameworkParameters
{
    // The frameworks' own; they mean nothing to libpq.
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "adapter", "pool", "max_connections", "min_connections", "timeout", "checkout_timeout", "idle_timeout", "reaping_frequency", "keepalive",
        "prepared_statements", "statement_limit", "schema_search_path", "schema_order", "min_messages", "variables", "insert_returning",
        "advisory_locks", "migrations_paths", "replica", "database_tasks", "read_only", "strict",
        "ENGINE", "CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "ATOMIC_REQUESTS", "AUTOCOMMIT", "TIME_ZONE", "USE_TZ", "TEST", "OPTIONS",
        "DISABLE_SERVER_SIDE_CURSORS", "assume_role", "isolation_level", "server_side_binding",
    };

    /// <summary>Whether the parameters are those of a framework: they name its adapter.</summary>
    public static bool Recognizes(IEnumerable<KeyValuePair<string, string>> parameters) => AdapterOf(parameters) is not null;

    /// <summary>libpq's parameters among them, by names that <see cref="PgEndpoint.FromParameters"/> takes.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidEndpoint"/>: the adapter is that of another database.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Translate(IReadOnlyCollection<KeyValuePair<string, string>> parameters)
    {
        string adapter = PrintableText.Of(AdapterOf(parameters)!);
        if (!adapter.Contains("postg", StringComparison.OrdinalIgnoreCase))
            throw EndpointErrors.Invalid(
                $"The connection is one of \"{adapter}\", not of PostgreSQL.", "Give the connection of a PostgreSQL database.");
        return
        [
            .. from parameter in parameters
               where !Own.Contains(parameter.Key) && !IsUrl(parameter.Key)
               select parameter.Key.ToLowerInvariant() switch
               {
                   "name" => KeyValuePair.Create("dbname", parameter.Value),
                   "encoding" => KeyValuePair.Create("client_encoding", parameter.Value),
                   _ => parameter,
               },
        ];
    }

    /// <summary>The URL among them, which counts more than the parameters beside it; null if there is none.</summary>
    public static string? UrlOf(IEnumerable<KeyValuePair<string, string>> parameters) => parameters.FirstOrDefault(pair => IsUrl(pair.Key)).Value;

    private static bool IsUrl(string name) => name.Equals("url", StringComparison.OrdinalIgnoreCase);

    private static string? AdapterOf(IEnumerable<KeyValuePair<string, string>> parameters) =>
        parameters.FirstOrDefault(pair => pair.Key.ToLowerInvariant() is "adapter" or "engine").Value;
}
