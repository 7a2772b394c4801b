namespace PgSsl.Hba.Live;

/// <summary>A session of pg_stat_activity, as far as pg_hba.conf is concerned.</summary>
/// <param name="ProcessId">Its backend.</param>
/// <param name="UserName">The role.</param>
/// <param name="Database">The database; null for physical replication.</param>
/// <param name="Transport">How it is connected.</param>
/// <param name="Address">From where; null over a Unix-domain socket.</param>
/// <param name="ApplicationName">What it calls itself.</param>
public sealed record LiveSession(
    int ProcessId, string UserName, string? Database, HbaTransport Transport, NumericAddress? Address, string ApplicationName)
{
    /// <summary>Whether it is the session that this was asked in.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether it is a walsender: physical replication without a database, logical with one.</summary>
    public bool IsReplication { get; init; }

    /// <summary>Whether it came with a client certificate.</summary>
    public bool HasClientCertificate { get; init; }

    /// <summary>The client as pg_hba.conf sees it when it comes again.</summary>
    public HbaClient Client => new(UserName, Database ?? "", Transport, Address) { IsReplication = IsReplication && Database is null };
}
