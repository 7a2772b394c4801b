using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// Finds the first of many records that matches every client of another record. Records are looked up by address, user and database, so
/// that the time does not grow with the square of the file.
/// </summary>
/// <param name="coversType">Whether the connections of the first record include those of the second.</param>
internal sealed class HbaCoverIndex(Func<HbaRecord, HbaRecord, bool> coversType)
{
    // A record with more pairs of user and database, or with a pattern, stands in one list for its addresses, and is compared each time.
    private const int MostPairs = 64;
    private const int FewComparisons = 256;
    private const int AnyKey = -1;

    private readonly Dictionary<Reach, int> _reaches = [];
    private readonly HashSet<(bool IsIPv6, UInt128 Mask)> _masks = [];
    private readonly Dictionary<(int Reach, int User, int Database), List<(int Position, HbaRecord Record)>> _records = [];
    private int _count;

    /// <summary>What the address field of a record stands for: a network, or the text of everything else.</summary>
    private readonly record struct Reach(string? Text, bool IsIPv6 = false, UInt128 Mask = default, UInt128 Bits = default);

    /// <summary>Adds a record behind those that were added before.</summary>
    public void Add(HbaRecord record)
    {
        if (record.Address is HbaAddress.Network network)
            _masks.Add((network.Address.IsIPv6, network.Mask));
        Reach address = ReachOf(record.Address);
        if (!_reaches.TryGetValue(address, out int reach))
            _reaches[address] = reach = _reaches.Count;
        _count++;
        if (record.Users.Length * (long)record.Databases.Length > MostPairs || HasPattern(record.Users) || HasPattern(record.Databases))
            Add((reach, AnyKey, AnyKey), record);
        else
            foreach (HbaName user in record.Users)
                foreach (HbaName database in record.Databases)
                    Add((reach, user.Key, database.Key), record);
    }

    /// <summary>The first record that matches every client of another one; null for none.</summary>
    public HbaRecord? FirstCovering(HbaRecord record)
    {
        // A record that covers all users covers the first one, under its name or as all; the same is true for databases.
        int user = record.Users[0].Key, database = record.Databases[0].Key;
        (int Position, HbaRecord? Record) first = (int.MaxValue, null);
        foreach (Reach address in ReachesAround(record.Address))
        {
            if (!_reaches.TryGetValue(address, out int reach))
                continue;
            Search((reach, user, database), record, ref first);
            Search((reach, HbaName.AllKey, database), record, ref first);
            Search((reach, user, HbaName.AllKey), record, ref first);
            Search((reach, HbaName.AllKey, HbaName.AllKey), record, ref first);
            Search((reach, AnyKey, AnyKey), record, ref first);
        }
        return first.Record;
    }

    private void Add((int, int, int) key, HbaRecord record)
    {
        if (!_records.TryGetValue(key, out List<(int, HbaRecord)>? list))
            _records[key] = list = new(1);
        list.Add((_count, record));
    }

    private void Search((int, int, int) key, HbaRecord record, ref (int Position, HbaRecord? Record) first)
    {
        if (!_records.TryGetValue(key, out List<(int Position, HbaRecord Record)>? list))
            return;
        foreach ((int position, HbaRecord candidate) in list)
        {
            if (position >= first.Position)
                return;
            if (Covers(candidate, record))
            {
                first = (position, candidate);
                return;
            }
        }
    }

    private static Reach ReachOf(HbaAddress? address) => address switch
    {
        null => new Reach("local"),
        HbaAddress.Network network => new Reach(null, network.Address.IsIPv6, network.Mask, network.Address.Bits & network.Mask),
        _ => new Reach(address.Text.ToLowerInvariant()),
    };

    /// <summary>Every reach that may include an address. The names of keywords are host names too: the comparison tells them apart.</summary>
    private IEnumerable<Reach> ReachesAround(HbaAddress? address)
    {
        if (address is not null)
            yield return new Reach("all");
        if (address is HbaAddress.Network network)
        {
            foreach ((bool isIPv6, UInt128 mask) in _masks)
                if (isIPv6 == network.Address.IsIPv6 && (mask & network.Mask) == mask)
                    yield return new Reach(null, isIPv6, mask, network.Address.Bits & mask);
            yield break;
        }
        if (address is not HbaAddress.Everyone)
            yield return ReachOf(address);
        if (address is HbaAddress.SameHost)
            yield return new Reach("samenet");
        if (address is HbaAddress.HostName { Name: var name })
            for (int dot = name.IndexOf('.', Math.Min(1, name.Length)); dot > 0; dot = name.IndexOf('.', dot + 1))
                yield return new Reach(name[dot..].ToLowerInvariant());
    }

    private static bool HasPattern(HbaName[] names) => Array.Exists(names, name => name.Kind == HbaNameKind.Pattern);

    private bool Covers(HbaRecord record, HbaRecord other) =>
        coversType(record, other)
        && Covers(record.Users, other.Users)
        && Covers(record.Databases, other.Databases)
        && (record.Address is null ? other.Address is null : other.Address is not null && record.Address.Covers(other.Address));

    private static bool Covers(HbaName[] names, HbaName[] others)
    {
        if (names.Length * (long)others.Length > FewComparisons
            && !Array.Exists(names, name => name.Kind is HbaNameKind.All or HbaNameKind.Pattern))
            return others.Select(other => other.Key).ToHashSet().IsSubsetOf(names.Select(name => name.Key));
        return Array.TrueForAll(others, other => Array.Exists(names, name => Covers(name, other)));
    }

    private static bool Covers(HbaName name, HbaName other) => name.Key == other.Key || name.Kind switch
    {
        HbaNameKind.All => other.Kind != HbaNameKind.Replication,
        HbaNameKind.Pattern => other.Kind == HbaNameKind.Literal && name.Pattern!.IsMatch(other.Value),
        _ => false,
    };
}
