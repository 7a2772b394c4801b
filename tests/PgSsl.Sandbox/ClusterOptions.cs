namespace PgSsl.Sandbox;

/// <summary>How a cluster differs from the default one: TLS off, every connection trusted.</summary>
public sealed record ClusterOptions
{
    /// <summary>Server settings, as in postgresql.conf but unquoted.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The lines of pg_hba.conf; null trusts everybody on the loopback addresses and the socket.</summary>
    public IReadOnlyList<string>? Hba { get; init; }
}
