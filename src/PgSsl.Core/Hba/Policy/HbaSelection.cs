using System.IO.Enumeration;
using PgSsl.Common;

namespace PgSsl.Hba.Policy;

/// <summary>The rules that a change applies to. An empty list selects all.</summary>
internal sealed record HbaSelection
{
    private static readonly HbaConnectionType[] UsualTypes = [HbaConnectionType.Host, HbaConnectionType.HostNoGssEnc, HbaConnectionType.HostSsl];

    /// <summary>Names in the database list; * and ? are wildcards.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>Names in the user list; * and ? are wildcards.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Networks in CIDR notation that contain the rule's addresses, or the address field as it is written.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Connection types. An empty list selects the types that include TLS: host, hostnogssenc and hostssl.</summary>
    public IReadOnlyList<HbaConnectionType> Types { get; init; } = [];

    /// <summary>Whether rules for the server's own host are selected too.</summary>
    public bool IncludesLoopback { get; init; }

    /// <summary>Whether nothing restricts the selection.</summary>
    public bool IsEverything => Databases.Count + Users.Count + Addresses.Count + Types.Count == 0;

    /// <summary>Whether a rule is selected. A rule that rejects never is, because it lets nobody in.</summary>
    public bool Includes(HbaRecord record)
    {
        return !record.IsReject
            && (Types.Count > 0 ? Types : UsualTypes).Contains(record.Type)
            && (IncludesLoopback || !record.IsLoopback)
            && IsAnyOf(Databases, record.Databases)
            && IsAnyOf(Users, record.Users)
            && (Addresses.Count == 0 || Addresses.Any(address => IsAt(address, record.Address)));
    }

    private static bool IsAnyOf(IReadOnlyList<string> patterns, HbaName[] names) =>
        patterns.Count == 0
        || patterns.Any(pattern => names.Any(name => FileSystemName.MatchesSimpleExpression(pattern, name.Text, ignoreCase: false)));

    private static bool IsAt(string wanted, HbaAddress? address)
    {
        if (address is null || string.Equals(address.Text, wanted, StringComparison.OrdinalIgnoreCase))
            return address is not null;
        string[] parts = wanted.Split('/');
        if (NumericAddress.Parse(parts[0]) is not { } start || address is not HbaAddress.Network network)
            return false;
        int? ones = parts.Length == 1 ? start.Width : NumericAddress.ParsePrefix(parts[1], start.IsIPv6);
        return ones is { } length && new HbaAddress.Network(start, NumericAddress.Mask(start.IsIPv6, length)).Covers(network);
    }
}
