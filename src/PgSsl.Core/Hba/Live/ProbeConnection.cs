using PgSsl.Hba.Policy;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>
/// A connection that the old rules treat otherwise than the new ones, and that can be made from here: it tells on the wire whether the
/// server goes by the new rules. It needs no password: how far a StartupMessage gets is decided before one is asked for.
/// </summary>
/// <param name="Way">The way to the server.</param>
/// <param name="UserName">The role it names.</param>
/// <param name="Database">The database it names.</param>
/// <param name="Transport">How it is made.</param>
/// <param name="WasLetIn">Whether the old rules let it in.</param>
/// <param name="IsLetIn">Whether the new ones do.</param>
internal sealed record ProbeConnection(ServerRoute Way, string UserName, string Database, HbaTransport Transport, bool WasLetIn, bool IsLetIn)
{
    // Enough to find a witness where there is one, and few enough for a file with a hundred thousand rules.
    private const int MostNames = 12;

    private static readonly HbaTransport[] Transports = [HbaTransport.Plaintext, HbaTransport.Tls];

    /// <summary>Finds one for a plan; null where nothing changes for connections on this way.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="live">The server.</param>
    /// <param name="way">The way that connections from here take.</param>
    public static ProbeConnection? Find(HbaPlan plan, HbaLive live, ServerRoute way)
    {
        var matcher = new HbaMatcher(live.Surroundings);
        string[] users = [.. NamesIn(plan, record => record.Users, live.Facts.LoginRoles).Prepend(live.Session.UserName).Distinct().Take(MostNames)];
        string[] databases = [.. NamesIn(plan, record => record.Databases, live.Facts.Databases).Prepend(live.Session.Database).Distinct().Take(MostNames)];
        return (from transport in Transports
                from name in users
                from databaseName in databases
                let client = new HbaClient(name, databaseName, transport, way.Address)
                let was = LetsIn(matcher.Find(plan.Before.Records, client))
                let @is = LetsIn(matcher.Find(plan.After.Records, client))
                where was is not null && @is is not null && was != @is
                select new ProbeConnection(way, name, databaseName, transport, was.Value, @is.Value)).FirstOrDefault();
    }

    /// <summary>What the rules say about a connection without a client certificate; null where that is not certain.</summary>
    public static bool? LetsIn(HbaVerdict verdict)
    {
        return verdict.IsCertain
            ? verdict.Entry is { Record: { IsReject: false, Method: not "cert" } record, Error: null } && record.Option("clientcert") is null
            : null;
    }

    // The names that the changed rules are about, then all others: a role or a database that does not exist would be refused anyhow.
    private static IEnumerable<string> NamesIn(HbaPlan plan, Func<HbaRecord, HbaName[]> names, IReadOnlyList<string> existing)
    {
        HashSet<string> written = [.. plan.Changes.Select(change => (change.After ?? change.Before)!.Record).OfType<HbaRecord>().SelectMany(names).Select(name => name.Text)];
        return existing.OrderByDescending(written.Contains);
    }
}
