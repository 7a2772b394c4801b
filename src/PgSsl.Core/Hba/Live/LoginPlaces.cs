using PgSsl.Common;

namespace PgSsl.Hba.Live;

/// <summary>
/// Where clients come from: for each set of rules that may match by address, one place that stands for all of them. The rules that match change only
/// where a network begins or ends, so those addresses are enough. Names, samehost and samenet are tried both ways, and marked, as
/// who has them is not known.
/// </summary>
/// <param name="rules">The rules of both states.</param>
internal sealed class LoginPlaces(IReadOnlyCollection<HbaRecord> rules)
{
    private readonly HbaRecord[] _everywhere = [.. rules.Where(rule => rule.Address is not (null or HbaAddress.Network))];
    private readonly SortedSet<(int Index, HbaRecord Rule)> _active =
        new(Comparer<(int Index, HbaRecord Rule)>.Create((one, other) => one.Index.CompareTo(other.Index)));

    /// <summary>The places.</summary>
    /// <returns>Each with the rules whose address field may match there, in order.</returns>
    public IEnumerable<LoginPlace> Find()
    {
        if (rules.Any(rule => rule.Address is null))
            yield return new LoginPlace(null, null, false, false, IsAssumed: false) { Rules = [.. rules.Where(rule => rule.Address is null)] };
        if (rules.All(rule => rule.Address is null))
            yield break;
        string?[] names = [null, .. _everywhere.Select(rule => rule.Address).OfType<HbaAddress.HostName>().Select(host => host.Name).Distinct()];
        bool hasOwn = Array.Exists(_everywhere, rule => rule.Address is HbaAddress.SameHost or HbaAddress.SameNet);
        (bool Net, bool Host)[] own = hasOwn ? [(false, false), (true, false), (true, true)] : [(false, false)];
        foreach (bool isIPv6 in (bool[])[false, true])
        {
            foreach ((NumericAddress address, HbaRecord[] here) in Sweep(isIPv6))
                foreach ((bool isSameNet, bool isSameHost) in address.IsLoopback ? [(true, true)] : own)
                    foreach (string? name in names)
                        yield return new LoginPlace(
                            address, name is ['.', ..] ? $"x{name}" : name, isSameNet, isSameHost,
                            IsAssumed: name is not null || (isSameNet && !address.IsLoopback)) { Rules = here };
        }
    }

    private IEnumerable<(NumericAddress, HbaRecord[])> Sweep(bool isIPv6)
    {
        var begins = new SortedDictionary<UInt128, List<(int, HbaRecord)>>();
        var ends = new Dictionary<UInt128, List<(int, HbaRecord)>>();
        UInt128 last = NumericAddress.Mask(isIPv6, isIPv6 ? 128 : 32);
        foreach (UInt128 point in (UInt128[])[0, isIPv6 ? 1u : 0x7F000001u, isIPv6 ? 2u : 0x7F000002u])
            begins[point] = [];
        int index = 0;
        foreach (HbaRecord rule in rules)
        {
            index++;
            if (rule.Address is not (null or HbaAddress.Network) || (rule.Address is HbaAddress.Network { IsContiguous: false } holed
                && holed.Address.IsIPv6 == isIPv6))
                begins[0].Add((index, rule));
            if (rule.Address is not HbaAddress.Network { IsContiguous: true } network || network.Address.IsIPv6 != isIPv6)
                continue;
            UInt128 from = network.Address.Bits & network.Mask, to = from | (~network.Mask & last);
            ListAt(from).Add((index, rule));
            if (to >= last)
                continue;
            ListAt(to + 1);
            if (!ends.TryGetValue(to + 1, out List<(int, HbaRecord)>? ended))
                ends[to + 1] = ended = [];
            ended.Add((index, rule));
        }
        foreach (HbaAddress.Network holed in rules.Select(rule => rule.Address).OfType<HbaAddress.Network>())
            if (!holed.IsContiguous && holed.Address.IsIPv6 == isIPv6)
                foreach (UInt128 point in begins.Keys.ToArray())
                    if (holed.FirstFrom(point) is { } inside)
                        ListAt(inside);
        _active.Clear();
        foreach ((UInt128 point, List<(int, HbaRecord)> begun) in begins)
        {
            if (ends.TryGetValue(point, out List<(int, HbaRecord)>? ended))
                _active.ExceptWith(ended);
            _active.UnionWith(begun);
            yield return (new NumericAddress(isIPv6, point), [.. _active.Select(rule => rule.Rule)]);
        }

        List<(int, HbaRecord)> ListAt(UInt128 point)
        {
            if (!begins.TryGetValue(point, out List<(int, HbaRecord)>? list))
                begins[point] = list = [];
            return list;
        }
    }
}

/// <summary>A place that clients come from.</summary>
/// <param name="Address">The address; null for the Unix-domain socket.</param>
/// <param name="HostName">The name that the address has; null for none.</param>
/// <param name="IsSameNet">Whether it is in a network of the server.</param>
/// <param name="IsSameHost">Whether it is an address of the server.</param>
/// <param name="IsAssumed">Whether its name or network is only assumed, so that nobody may come from there.</param>
internal sealed record LoginPlace(NumericAddress? Address, string? HostName, bool IsSameNet, bool IsSameHost, bool IsAssumed)
{
    /// <summary>The rules that may match by their address field.</summary>
    public required IReadOnlyCollection<HbaRecord> Rules { get; init; }

    /// <summary>Whether the address field of a rule matches.</summary>
    public bool IsIn(HbaAddress? range) => range switch
    {
        null => Address is null,
        HbaAddress.Network network => network.Contains(Address!.Value),
        HbaAddress.SameHost => IsSameHost,
        HbaAddress.SameNet => IsSameNet,
        HbaAddress.HostName host => HostName is not null && host.Includes(HostName),
        _ => true,
    };
}
