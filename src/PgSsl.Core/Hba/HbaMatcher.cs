using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>Whether a record matches a client, or why not.</summary>
/// <param name="IsMatch">Null where it depends on something that is not known.</param>
/// <param name="Reason">Why it does not match, or what is not known; null for a match.</param>
internal readonly record struct HbaAnswer(bool? IsMatch, string? Reason);

/// <summary>The record that decides about a client.</summary>
/// <param name="Entry">The first record that matches; null where none does, which is an implicit reject.</param>
/// <param name="Doubts">Earlier records that may match, each with what is not known.</param>
internal sealed record HbaVerdict(HbaEntry? Entry, IReadOnlyList<(HbaEntry Entry, string Reason)> Doubts)
{
    /// <summary>Whether everything that it depends on is known.</summary>
    public bool IsCertain => Doubts.Count == 0;

    /// <summary>Whether the client may authenticate; null where that depends on something that is not known.</summary>
    public bool? LetsIn
    {
        get
        {
            bool isLetIn = Entry is { Record.IsReject: false };
            return Doubts.All(doubt => doubt.Entry.Record!.IsReject != isLetIn) ? isLetIn : null;
        }
    }
}

/// <summary>The first record that matches decides, even if its method then fails (hba.c, check_hba).</summary>
/// <param name="context">What decides besides the file.</param>
internal sealed class HbaMatcher(HbaMatchContext context)
{
    /// <summary>Finds the record that decides.</summary>
    /// <param name="entries">The records, in order.</param>
    /// <param name="client">The client.</param>
    public HbaVerdict Find(IEnumerable<HbaEntry> entries, HbaClient client)
    {
        List<(HbaEntry, string)>? doubts = null;
        foreach (HbaEntry entry in entries)
        {
            if (entry.Record is not { } record || IsRuledOut(record, client))
                continue;
            HbaAnswer answer = Match(record, client);
            if (answer.IsMatch == true)
                return new HbaVerdict(entry, doubts ?? []);
            if (answer.IsMatch is null)
                (doubts ??= []).Add((entry, answer.Reason!));
        }
        return new HbaVerdict(null, doubts ?? []);
    }

    /// <summary>Whether one record matches.</summary>
    public HbaAnswer Match(HbaRecord record, HbaClient client)
    {
        if (!record.Type.Admits(client.Transport))
            return new HbaAnswer(false, $"{record.Type.ToWord()} does not match connections {client.Transport.ToWords()}");
        HbaAnswer address = record.Address is { } range ? MatchAddress(range, client.Address!.Value) : new HbaAnswer(true, null);
        if (address.IsMatch == false)
            return address;
        HbaAnswer database = MatchAny(record.Databases, name => MatchDatabase(name, client), () => $"the database is {DatabaseOf(client)}");
        if (database.IsMatch == false)
            return database;
        HbaAnswer user = MatchAny(record.Users, name => MatchUser(name, client), () => $"the user is {client.User}");
        if (user.IsMatch == false)
            return user;
        return address.IsMatch is null ? address : database.IsMatch is null ? database : user;
    }

    /// <summary>Whether a record is for a user, whatever else it demands; null where that is not known.</summary>
    public bool? MatchesUser(HbaRecord record, string user) =>
        MatchAny(record.Users, name => MatchUser(name, new HbaClient(user, "", HbaTransport.Socket, null)), () => "").IsMatch;

    /// <summary>Whether a record is for the database of a client, whatever else it demands; null where that is not known.</summary>
    public bool? MatchesDatabase(HbaRecord record, HbaClient client) =>
        MatchAny(record.Databases, name => MatchDatabase(name, client), () => "").IsMatch;

    // Most records of a long file are decided here, without an explanation.
    private static bool IsRuledOut(HbaRecord record, HbaClient client) =>
        !record.Type.Admits(client.Transport)
        || (record.Address is HbaAddress.Network network && !network.Contains(client.Address!.Value))
        || (record.Users is [{ Kind: HbaNameKind.Literal } user] && user.Text != client.User);

    private HbaAnswer MatchAddress(HbaAddress range, NumericAddress client) => range switch
    {
        HbaAddress.Network network => Answer(network.Contains(client), () => $"the address is {client.ToIPAddress()}"),
        HbaAddress.SameHost => Answer(
            context.IsSameHost(client), () => $"{client.ToIPAddress()} is not an address of the server", "which addresses the server has"),
        HbaAddress.SameNet => Answer(
            context.IsSameNet(client), () => $"{client.ToIPAddress()} is not in a network of the server", "which networks the server is in"),
        HbaAddress.HostName host => context.NameOf(client) is { } name
            ? Answer(name.Length > 0 && host.Includes(name), () => name.Length > 0
                ? $"{client.ToIPAddress()} is {name}"
                : $"{client.ToIPAddress()} has no host name that resolves back to it")
            : new HbaAnswer(null, $"the host name of {client.ToIPAddress()}"),
        _ => new HbaAnswer(true, null),
    };

    private HbaAnswer MatchDatabase(HbaName name, HbaClient client)
    {
        // Physical replication matches only the keyword, and the keyword matches only physical replication (check_db).
        if (client.IsReplication || name.Kind == HbaNameKind.Replication)
            return new HbaAnswer(client.IsReplication && name.Kind == HbaNameKind.Replication, null);
        return name.Kind switch
        {
            HbaNameKind.All => new HbaAnswer(true, null),
            HbaNameKind.SameUser => new HbaAnswer(client.Database == client.User, null),
            HbaNameKind.SameRole => IsMember(client.User, client.Database, null),
            HbaNameKind.Pattern => MatchPattern(name, client.Database),
            _ => new HbaAnswer(name.Text == client.Database, null),
        };
    }

    private HbaAnswer MatchUser(HbaName name, HbaClient client) => name.Kind switch
    {
        HbaNameKind.All => new HbaAnswer(true, null),
        HbaNameKind.Members => IsMember(client.User, name.Value, name.Masked),
        HbaNameKind.Pattern => MatchPattern(name, client.User),
        _ => new HbaAnswer(name.Text == client.User, null),
    };

    private static HbaAnswer MatchPattern(HbaName name, string text) => name.Pattern!.TryMatch(text, out bool isMatch)
        ? new HbaAnswer(isMatch, null)
        : new HbaAnswer(null, $"whether {text} matches {name.Masked ?? name.Text}");

    /// <summary>Whether a user is a member of a role; null where that is not known.</summary>
    public bool? IsMember(string user, string role) => context.IsMember(user, role);

    private HbaAnswer IsMember(string user, string role, string? masked) =>
        Answer(context.IsMember(user, role), () => "", $"whether {user} is a member of {masked ?? role}");

    private static HbaAnswer MatchAny(HbaName[] names, Func<HbaName, HbaAnswer> match, Func<string> otherwise)
    {
        HbaAnswer? doubt = null;
        foreach (HbaName name in names)
        {
            HbaAnswer answer = match(name);
            if (answer.IsMatch == true)
                return answer;
            if (answer.IsMatch is null)
                doubt ??= answer;
        }
        return doubt ?? new HbaAnswer(false, otherwise());
    }

    private static string DatabaseOf(HbaClient client) => client.IsReplication ? "none, because this is physical replication" : client.Database;

    private static HbaAnswer Answer(bool? isMatch, Func<string> why, string unknown = "") =>
        new(isMatch, isMatch switch { true => null, false => why(), _ => unknown });
}
