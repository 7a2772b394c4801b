using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>How the rules of a file relate to each other: which of them hides, weakens or repeats another.</summary>
internal sealed class HbaNeighbours
{
    // The networks of one family for which there is the same in the other.
    private static readonly (HbaAddress.Network V4, HbaAddress.Network V6)[] Twins =
    [
        (Network("0.0.0.0", 0), Network("::", 0)),
        (Network("127.0.0.1", 32), Network("::1", 128)),
    ];

    private readonly IReadOnlyList<HbaEntry> _entries;
    private readonly HbaEntry?[] _shadows;
    private readonly HashSet<(HbaAddress V6, HbaConnectionType Type, string Names)> _ipv6 = [];
    private readonly Lazy<HbaCoverIndex> _plaintext;
    private readonly int _firstPlaintext;
    private readonly int _lastGss;

    /// <summary>Compares the rules of a file.</summary>
    /// <param name="entries">All lines that are meant as rules, in order.</param>
    public HbaNeighbours(IReadOnlyList<HbaEntry> entries)
    {
        _entries = entries;
        _shadows = HbaShadows.Find(entries);
        _plaintext = new(IndexPlaintext);
        (_firstPlaintext, _lastGss) = (entries.Count, -1);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Record is not { } record)
                continue;
            if (!record.IsReject && (record.Type == HbaConnectionType.HostGssEnc || record.Method == "gss"))
                _lastGss = i;
            foreach ((_, HbaAddress.Network v6) in Twins)
                if (record.Address is HbaAddress.Everyone || (record.Address is HbaAddress.Network network && network.Covers(v6)))
                    _ipv6.Add((v6, record.Type, NamesOf(record)));
            if (_firstPlaintext > i && _shadows[i] is null && !record.IsLoopback && record.LetsIn(HbaTransport.Plaintext)
                && !HbaSpelling.MatchesNobody(record.Address))
                _firstPlaintext = i;
        }
    }

    /// <summary>The earlier rule that always wins over a rule; null where it can be reached.</summary>
    public HbaEntry? ShadowOf(int index) => _shadows[index];

    /// <summary>A rule before this one that lets clients in without TLS, from elsewhere than the server's own host; null for none.</summary>
    public HbaEntry? PlaintextBefore(int index) => _firstPlaintext < index ? _entries[_firstPlaintext] : null;

    /// <summary>
    /// Whether a rule lets clients in without TLS, from elsewhere than the server's own host: some of them reach it, and no rule before it
    /// refuses all of them.
    /// </summary>
    public bool LetsPlaintextIn(int index) => _shadows[index] is null && _entries[index].Record is { IsLoopback: false } record
        && record.LetsIn(HbaTransport.Plaintext) && !HbaSpelling.MatchesNobody(record.Address) && PlaintextFor(record) is not null;

    /// <summary>Whether a rule behind this one lets connections in that GSSAPI encrypts.</summary>
    public bool HasGssBehind(int index) => _lastGss > index;

    /// <summary>
    /// The rule that lets every client of another rule in without TLS, wherever it stands; null where there is none, or where a rule before it
    /// refuses all of them.
    /// </summary>
    public HbaRecord? PlaintextFor(HbaRecord record)
    {
        // What a rule for all addresses lets in may be refused in two halves: 0.0.0.0/0 and ::/0.
        bool isRefused = record.Address is HbaAddress.Everyone && IsRefused(Twins[0].V4) && IsRefused(Twins[0].V6);
        return !isRefused && _plaintext.Value.FirstCovering(record) is { IsReject: false } found ? found : null;

        bool IsRefused(HbaAddress.Network network) => _plaintext.Value.FirstCovering(record, network) is { IsReject: true };
    }

    /// <summary>The network of IPv6 for which a rule of IPv4 should be repeated, and is not; null for none.</summary>
    public HbaAddress.Network? MissingTwinOf(HbaRecord record)
    {
        foreach ((HbaAddress.Network v4, HbaAddress.Network v6) in Twins)
            if (record.Address is HbaAddress.Network network && network == v4 && !_ipv6.Contains((v6, record.Type, NamesOf(record))))
                return v6;
        return null;
    }

    private HbaCoverIndex IndexPlaintext()
    {
        var index = new HbaCoverIndex((_, _) => true);
        for (int i = 0; i < _entries.Count; i++)
            if (_shadows[i] is null && _entries[i].Record is { } record && record.Type.Admits(HbaTransport.Plaintext))
                index.Add(record);
        return index;
    }

    private static string NamesOf(HbaRecord record) =>
        string.Join(',', record.Databases.Select(name => name.Display)) + " " + string.Join(',', record.Users.Select(name => name.Display));

    private static HbaAddress.Network Network(string address, int ones)
    {
        NumericAddress start = NumericAddress.Parse(address)!.Value;
        return new HbaAddress.Network(start, NumericAddress.Mask(start.IsIPv6, ones));
    }
}
