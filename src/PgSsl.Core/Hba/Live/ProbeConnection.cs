using PgSsl.Hba.Policy;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>
/// A distinguishing connection: the old rules treat it differently than the new ones, and it can be made from here, so it shows whether the
/// server uses the new rules. It does not need a password: the rules decide about a StartupMessage before a password is asked for.
/// </summary>
/// <param name="Route">The route to the server.</param>
/// <param name="UserName">The role that it names.</param>
/// <param name="Database">The database that it names.</param>
/// <param name="Transport">How it connects.</param>
/// <param name="Before">How the old rules receive it.</param>
/// <param name="After">How the new rules receive it.</param>
internal sealed record ProbeConnection(
    ServerRoute Route, string UserName, string Database, HbaTransport Transport, HbaReception Before, HbaReception After)
{
    // Enough to find such a connection, and few enough for a file with a hundred thousand rules.
    private const int MostNames = 12;

    private static readonly HbaTransport[] Transports = [HbaTransport.Plaintext, HbaTransport.Tls];

    /// <summary>Finds them for a plan, the most telling first; none where nothing changes for connections on this route.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="live">The server.</param>
    /// <param name="route">The route that connections from here take.</param>
    public static IEnumerable<ProbeConnection> Find(HbaPlan plan, HbaLive live, ServerRoute route)
    {
        var matcher = new HbaMatcher(live.MatchContext);
        string[] users = [.. NamesIn(plan, record => record.Users, live.Facts.LoginRoles).Prepend(live.Session.UserName).Distinct().Take(MostNames)];
        string[] databases =
            [.. NamesIn(plan, record => record.Databases, live.Facts.Databases).Prepend(live.Session.Database).Distinct().Take(MostNames)];
        HbaReception? Receive(HbaDocument rules, HbaClient client) =>
            HbaReception.Of(matcher.Find(rules.Records, client), live.Facts.StoredPasswords, client.User);
        return from transport in Transports
               from name in users
               from databaseName in databases
               let client = new HbaClient(name, databaseName, transport, route.Address)
               let before = Receive(plan.Before, client)
               let after = Receive(plan.After, client)
               where before is not null && after is not null && before.DiffersFrom(after)
               select new ProbeConnection(route, name, databaseName, transport, before, after);
    }

    // First the names in the changed rules, then all others. Only existing ones: the server refuses others for another reason.
    private static IEnumerable<string> NamesIn(HbaPlan plan, Func<HbaRecord, HbaName[]> names, IReadOnlyList<string> existing)
    {
        IEnumerable<HbaRecord> changed = plan.Changes.Select(change => (change.After ?? change.Before)!.Record).OfType<HbaRecord>();
        HashSet<string> written = [.. changed.SelectMany(names).Select(name => name.Text)];
        return existing.OrderByDescending(written.Contains);
    }
}
