using System.Runtime.InteropServices;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// Finds records that are never reached, because an earlier one matches every client that they are about. Earlier records are looked up by
/// address, user and database, so that the time does not grow with the square of the file.
/// </summary>
internal sealed class HbaShadows
{
    // A record with more pairs of user and database than that is compared with every later one of its addresses.
    private const int MostPairs = 64;
    private const int FewComparisons = 256;

    // By a hash of the network: two that share one cost a comparison, not the answer.
    private readonly Dictionary<int, Bucket> _networks = [];
    private readonly HashSet<(bool IsIPv6, int Ones)> _lengths = [];
    private Bucket _everyone, _names, _oddMasks;

    /// <summary>For each entry, the earlier one that always wins; null for none.</summary>
    public static HbaEntry?[] Find(IReadOnlyList<HbaEntry> entries)
    {
        var shadows = new HbaShadows();
        shadows._networks.EnsureCapacity(entries.Count);
        var found = new HbaEntry?[entries.Count];
        for (int i = 0; i < found.Length; i++)
        {
            if (entries[i].Record is not { } record)
                continue;
            found[i] = shadows.Covering(record);
            // Whoever a covered record covers, its own cover covers as well. One with an error matches nobody.
            if (found[i] is null && entries[i].Error is null)
                shadows.BucketOf(record).Add(record);
        }
        return found;
    }

    private HbaRecord? Covering(HbaRecord record)
    {
        if (_everyone.Covering(record) is { } found)
            return found;
        if (record.Address is not HbaAddress.Network network)
            return _names.Covering(record);
        foreach ((bool isIPv6, int ones) in _lengths)
        {
            if (isIPv6 == network.Address.IsIPv6 && ones <= network.LeadingOnes
                && _networks.TryGetValue(KeyOf(network, ones), out Bucket bucket) && bucket.Covering(record) is { } covering)
                return covering;
        }
        return _oddMasks.Covering(record);
    }

    private ref Bucket BucketOf(HbaRecord record)
    {
        if (record.Address is HbaAddress.Everyone)
            return ref _everyone;
        if (record.Address is not HbaAddress.Network network)
            return ref _names;
        if (!network.IsContiguous)
            return ref _oddMasks;
        int ones = Math.Min(network.LeadingOnes, network.Address.Width);
        _lengths.Add((network.Address.IsIPv6, ones));
        return ref CollectionsMarshal.GetValueRefOrAddDefault(_networks, KeyOf(network, ones), out _);
    }

    private static int KeyOf(HbaAddress.Network network, int ones) =>
        HashCode.Combine(network.Address.IsIPv6, ones, network.Address.Bits & NumericAddress.Mask(network.Address.IsIPv6, ones));

    /// <summary>Records with the same kind of addresses. In most files most networks have one.</summary>
    private struct Bucket
    {
        private HbaRecord? _first;
        private Others? _others;

        public void Add(HbaRecord record)
        {
            if (_first is null)
                _first = record;
            else
                (_others ??= new Others()).Add(record);
        }

        public readonly HbaRecord? Covering(HbaRecord record) =>
            _first is null || Covers(_first, record) ? _first : _others?.Covering(record);
    }

    /// <summary>A few records are compared one by one; more are looked up by user and database.</summary>
    private sealed class Others
    {
        private const int Few = 8;
        private readonly List<HbaRecord> _compared = [];
        private Dictionary<long, Node>? _byPair;

        public void Add(HbaRecord record)
        {
            if ((_byPair is null && _compared.Count < Few) || record.Users.Length * (long)record.Databases.Length > MostPairs
                || HasPattern(record.Users) || HasPattern(record.Databases))
                _compared.Add(record);
            else
                AddPairs(record, _byPair ??= []);
        }

        public HbaRecord? Covering(HbaRecord record)
        {
            foreach (HbaRecord earlier in _compared)
                if (Covers(earlier, record))
                    return earlier;
            if (_byPair is null)
                return null;
            // Whoever covers all users covers the first one, under its name or as all.
            int user = record.Users[0].Key, database = record.Databases[0].Key;
            return Covering(user, database, record) ?? Covering(HbaName.AllKey, database, record)
                ?? Covering(user, HbaName.AllKey, record) ?? Covering(HbaName.AllKey, HbaName.AllKey, record);
        }

        private HbaRecord? Covering(int user, int database, HbaRecord record)
        {
            _byPair!.TryGetValue(PairOf(user, database), out Node? node);
            while (node is not null && !Covers(node.Record, record))
                node = node.Next;
            return node?.Record;
        }

        private static void AddPairs(HbaRecord record, Dictionary<long, Node> byPair)
        {
            foreach (HbaName user in record.Users)
            {
                foreach (HbaName database in record.Databases)
                {
                    ref Node? node = ref CollectionsMarshal.GetValueRefOrAddDefault(byPair, PairOf(user.Key, database.Key), out _);
                    node = new Node(record, node);
                }
            }
        }

        private static long PairOf(int user, int database) => ((long)user << 32) | (uint)database;

        private static bool HasPattern(HbaName[] names) => Array.Exists(names, name => name.Kind == HbaNameKind.Pattern);
    }

    /// <summary>Records for the same user and database, the latest first.</summary>
    private sealed record Node(HbaRecord Record, Node? Next);

    private static bool Covers(HbaRecord one, HbaRecord other) =>
        one.Type.Covers(other.Type)
        && Covers(one.Users, other.Users)
        && Covers(one.Databases, other.Databases)
        && (one.Address is null || one.Address.Covers(other.Address!));

    private static bool Covers(HbaName[] names, HbaName[] others)
    {
        if (names.Length * (long)others.Length > FewComparisons && !Array.Exists(names, name => name.Kind is HbaNameKind.All or HbaNameKind.Pattern))
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
