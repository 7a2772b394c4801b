namespace PgSsl.Hba;

/// <summary>
/// Finds the first of many records that matches every client of another record. Records are looked up by address, and where many have the
/// same address by user and database, so that the time does not grow with the square of the file.
/// </summary>
/// <param name="coversType">Whether the connections of the first record include those of the second.</param>
internal sealed class HbaCoverIndex(Func<HbaRecord, HbaRecord, bool> coversType)
{
    private readonly Dictionary<Reach, Group> _groups = [];
    private readonly HashSet<(bool IsIPv6, UInt128 Mask)> _masks = [];
    private int _count;

    /// <summary>What the address field of a record stands for: a network, or the text of everything else.</summary>
    private readonly record struct Reach(string? Text, bool IsIPv6 = false, UInt128 Mask = default, UInt128 Bits = default);

    /// <summary>A record, and how many were added before it.</summary>
    private readonly record struct Place(int Position, HbaRecord? Record);

    /// <summary>Adds a record behind those that were added before.</summary>
    public void Add(HbaRecord record)
    {
        if (record.Address is HbaAddress.Network network)
            _masks.Add((network.Address.IsIPv6, network.Mask));
        Reach reach = ReachOf(record.Address);
        if (!_groups.TryGetValue(reach, out Group? group))
            _groups[reach] = group = new Group();
        group.Add(new Place(_count++, record));
    }

    /// <summary>The first record that matches every client of another one; null for none.</summary>
    public HbaRecord? FirstCovering(HbaRecord record) => FirstCovering(record, record.Address);

    /// <summary>The first record that matches every client of another one that comes from an address; null for none.</summary>
    public HbaRecord? FirstCovering(HbaRecord record, HbaAddress? address)
    {
        var first = new Place(int.MaxValue, null);
        foreach (Reach reach in ReachesAround(address))
            if (_groups.TryGetValue(reach, out Group? group))
                group.Search(record, address, coversType, ref first);
        return first.Record;
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

    /// <summary>Records with the same reach. Most groups have one; a few are compared, more are looked up by user and database.</summary>
    private sealed class Group
    {
        private const int Few = 8;
        // Records with more pairs of user and database than that, or with a pattern, are always compared.
        private const int MostPairs = 64;

        private readonly List<Place> _compared = new(1);
        private Dictionary<(int User, int Database), List<Place>>? _pairs;

        public void Add(Place place)
        {
            (HbaName[] users, HbaName[] databases) = (place.Record!.Users, place.Record.Databases);
            if ((_pairs is null && _compared.Count < Few) || users.Length * (long)databases.Length > MostPairs
                || HasPattern(users) || HasPattern(databases))
            {
                _compared.Add(place);
                return;
            }
            _pairs ??= [];
            foreach (HbaName user in users)
            {
                foreach (HbaName database in databases)
                {
                    if (!_pairs.TryGetValue((user.Key, database.Key), out List<Place>? places))
                        _pairs[(user.Key, database.Key)] = places = new(1);
                    places.Add(place);
                }
            }
        }

        /// <summary>Finds the first record of the group that covers another one, if it is before the one that was found.</summary>
        public void Search(HbaRecord record, HbaAddress? address, Func<HbaRecord, HbaRecord, bool> coversType, ref Place first)
        {
            Search(_compared, record, address, coversType, ref first);
            if (_pairs is null)
                return;
            // A record that covers all users covers the first one, under its name or as all; the same is true for databases.
            int user = record.Users[0].Key, database = record.Databases[0].Key;
            Search(_pairs.GetValueOrDefault((user, database)), record, address, coversType, ref first);
            Search(_pairs.GetValueOrDefault((HbaName.AllKey, database)), record, address, coversType, ref first);
            Search(_pairs.GetValueOrDefault((user, HbaName.AllKey)), record, address, coversType, ref first);
            Search(_pairs.GetValueOrDefault((HbaName.AllKey, HbaName.AllKey)), record, address, coversType, ref first);
        }

        private static void Search(
            List<Place>? places, HbaRecord record, HbaAddress? address, Func<HbaRecord, HbaRecord, bool> coversType, ref Place first)
        {
            if (places is null)
                return;
            foreach (Place place in places)
            {
                if (place.Position >= first.Position)
                    return;
                if (coversType(place.Record!, record) && Covers(place.Record!.Users, record.Users) && CoversPlaces(place.Record!, record, address))
                {
                    first = place;
                    return;
                }
            }
        }

        private static bool HasPattern(HbaName[] names) => Array.Exists(names, name => name.Kind == HbaNameKind.Pattern);
    }

    /// <summary>Whether a record matches all databases and addresses that another one matches.</summary>
    internal static bool CoversPlaces(HbaRecord record, HbaRecord other) => CoversPlaces(record, other, other.Address);

    private static bool CoversPlaces(HbaRecord record, HbaRecord other, HbaAddress? address) =>
        Covers(record.Databases, other.Databases)
        && (record.Address is null ? address is null : address is not null && record.Address.Covers(address));

    private static bool Covers(HbaName[] names, HbaName[] others)
    {
        const int FewComparisons = 256;
        if (names.Length * (long)others.Length > FewComparisons
            && !Array.Exists(names, name => name.Kind is HbaNameKind.All or HbaNameKind.Pattern))
            return others.Select(other => other.Key).ToHashSet().IsSubsetOf(names.Select(name => name.Key));
        foreach (HbaName other in others)
            if (!Covers(names, other))
                return false;
        return true;
    }

    private static bool Covers(HbaName[] names, HbaName other)
    {
        foreach (HbaName name in names)
        {
            bool covers = name.Key == other.Key || name.Kind switch
            {
                HbaNameKind.All => other.Kind != HbaNameKind.Replication,
                HbaNameKind.Pattern => other.Kind == HbaNameKind.Literal && name.Pattern!.IsMatch(other.Value),
                _ => false,
            };
            if (covers)
                return true;
        }
        return false;
    }
}
