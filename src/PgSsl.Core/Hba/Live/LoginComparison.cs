namespace PgSsl.Hba.Live;

/// <summary>
/// Compares who gets in before a change and after it: each role, from each place, to each database, over each transport. Whoever came in one way may
/// come in another one afterwards, as clients do. In the other direction, nobody is to get in who shows less than was asked for before.
/// </summary>
/// <param name="facts">What the server told.</param>
/// <param name="matcher">Compares users and databases with rules.</param>
/// <param name="pairs">Which rule after the change is which before it.</param>
internal sealed class LoginComparison(HbaServerFacts facts, HbaMatcher matcher, RulePairs pairs)
{
    private static readonly HbaTransport[] OverTcp = [HbaTransport.Plaintext, HbaTransport.Tls, HbaTransport.Gss];

    private readonly List<LoginChange> _found = [];
    private readonly HashSet<(string, HbaRecord, HbaRecord?, HbaTransport, bool)> _known = [];
    private bool _doesTlsBefore, _doesTlsAfter;

    // A comparison that takes longer than some seconds is of no use. One step is one rule for one place and one database.
    private const long MostSteps = 300_000_000;

    // What is not known about a name is tried both ways.
    private bool _isAssumed, _hasAssumed;
    private long _steps;

    /// <summary>Why not everybody was compared, as a sentence; null if everybody was.</summary>
    public string? Lack => _steps <= MostSteps ? null
        : "Not everybody could be compared: there are too many roles, databases and rules that differ from each other.";

    /// <summary>Whether the answer depends on how passwords are stored.</summary>
    public bool UsesPasswords { get; private set; }

    /// <summary>Finds what becomes different.</summary>
    /// <param name="before">The rules, and whether the server does TLS.</param>
    /// <param name="after">The same after the change.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<LoginChange> Find(
        (IReadOnlyList<HbaEntry> Rules, bool DoesTls) before, (IReadOnlyList<HbaEntry> Rules, bool DoesTls) after,
        CancellationToken cancellationToken)
    {
        (_doesTlsBefore, _doesTlsAfter) = (before.DoesTls, after.DoesTls);
        HbaRecord[] old = [.. before.Rules.Select(entry => entry.Record).OfType<HbaRecord>()];
        HbaRecord[] @new = [.. after.Rules.Select(entry => entry.Record).OfType<HbaRecord>()];
        Compare(old, @new, cancellationToken);
        if (_hasAssumed)
        {
            _isAssumed = true;
            Compare(old, @new, cancellationToken);
        }
        return _found;
    }

    private void Compare(HbaRecord[] old, HbaRecord[] @new, CancellationToken cancellationToken)
    {
        // Without a plan both states have the same rules.
        HashSet<HbaRecord> ofOld = [.. old];
        foreach ((string[] roles, HbaRecord[] all) in new RoleGroups(facts, IsForUser).Of(pairs.AreSame ? old : [.. old, .. @new]))
        {
            if (_doesTlsBefore == _doesTlsAfter && !all.Any(pairs.IsChanged))
                continue;
            bool[][] databases = [.. GroupDatabases(all, roles[0])];
            Dictionary<HbaRecord, int> position = [];
            for (int i = 0; i < all.Length; i++)
                position[all[i]] = i;
            HashSet<Ways> judged = [];
            // What is certain goes first: it need not be said again as a doubt.
            foreach (LoginPlace place in new LoginPlaces(all).Find().OrderBy(place => place.IsAssumed))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _steps += (long)place.Rules.Count * databases.Length;
                if (Lack is not null)
                    return;
                HbaRecord[] here = [.. place.Rules.Where(rule => place.IsIn(rule.Address))];
                foreach (bool[] matches in databases)
                {
                    HbaRecord[] open = [.. here.Where(rule => matches[position[rule]])];
                    HbaRecord? Decider(HbaTransport transport, bool isOld) => Array.Find(open, rule =>
                        rule.Type.Admits(transport) && (pairs.AreSame || ofOld.Contains(rule) == isOld));
                    Ways ways = place.Address is null
                        ? new Ways(Decider(HbaTransport.Socket, true), Decider(HbaTransport.Socket, false), null, null, null, null)
                        : new Ways(
                            Decider(HbaTransport.Plaintext, true), Decider(HbaTransport.Plaintext, false),
                            _doesTlsBefore ? Decider(HbaTransport.Tls, true) : null, _doesTlsAfter ? Decider(HbaTransport.Tls, false) : null,
                            facts.Dialect.HasGss ? Decider(HbaTransport.Gss, true) : null,
                            facts.Dialect.HasGss ? Decider(HbaTransport.Gss, false) : null);
                    if (judged.Add(ways))
                        Judge(roles, ways, place.Address is null ? [HbaTransport.Socket] : OverTcp, place.IsAssumed);
                }
            }
        }
    }

    /// <summary>For each set of databases about which the same rules decide: which rules match them. Physical replication is one, too.</summary>
    private bool[][] GroupDatabases(HbaRecord[] rules, string role)
    {
        IEnumerable<HbaClient> clients = facts.Databases
            .Where(name => !facts.ClosedDatabases.TryGetValue(name, out IReadOnlySet<string>? allowed) || allowed.Contains(role))
            .Select(name => new HbaClient(role, name, HbaTransport.Socket, null));
        if (facts.MayReplicate(role))
            clients = clients.Append(new HbaClient(role, "", HbaTransport.Socket, null) { IsReplication = true });
        return clients.Select(client => Array.ConvertAll(rules, rule => IsTrue(matcher.MatchesDatabase(rule, client))))
            .DistinctBy(matches => string.Create(matches.Length, matches, (text, found) =>
            {
                for (int i = 0; i < found.Length; i++)
                    text[i] = found[i] ? '1' : '0';
            })).ToArray();
    }

    private bool IsForUser(HbaRecord rule, string role) => IsTrue(matcher.MatchesUser(rule, role));

    private bool IsTrue(bool? answer)
    {
        _hasAssumed |= answer is null;
        return answer ?? _isAssumed;
    }

    private void Judge(string[] roles, Ways ways, HbaTransport[] transports, bool isAssumed)
    {
        foreach (HbaTransport transport in transports)
        {
            (HbaRecord? from, HbaRecord? to) = ways[transport];
            // Most rules do not tell the two apart, and then it is said once.
            if (transport == HbaTransport.Gss && (from, to) == ways[HbaTransport.Plaintext])
                continue;
            if (from is not null && LetsIn(from, roles[0]))
            {
                (LoginOutcome outcome, HbaRecord? decider, HbaTransport by) = Follow(transport, from, ways, roles[0]);
                if (outcome.GetsIn != true && _known.Add((roles[0], from, decider, transport, false)))
                    _found.Add(new LoginChange(roles, by, from, decider, outcome, isAssumed));
            }
            if (to is not null && LetsIn(to, roles[0]) && IsLess(ways, transport, to, transports, roles[0])
                && _known.Add((roles[0], to, from, transport, true)))
                _found.Add(new LoginChange(roles, transport, from, to, LoginOutcome.In, isAssumed));
        }
    }

    private bool LetsIn(HbaRecord rule, string role) => !rule.IsReject && facts.StoredPasswords?.LogsIn(rule, role) != false;

    /// <summary>What becomes of a client that came by a rule, and which rule decides, over which transport.</summary>
    private (LoginOutcome Outcome, HbaRecord? Decider, HbaTransport By) Follow(HbaTransport transport, HbaRecord from, Ways ways, string role)
    {
        (LoginOutcome Outcome, HbaRecord? Decider, HbaTransport By) Try(HbaTransport next) =>
            (ways[next].After is { } to ? Step(from, to, role) : LoginStep.Judge(from, null, role, null, false), ways[next].After, next);
        switch (transport)
        {
            case HbaTransport.Socket:
            case HbaTransport.Tls when _doesTlsAfter:
                return Try(transport);
            case HbaTransport.Tls:
                return Try(HbaTransport.Plaintext);
            // With sslmode=prefer it comes over TLS as soon as there is TLS. If it is rejected there, it goes on in plaintext: also without the
            // certificate that a rule demands (fe-connect.c, PQconnectPoll).
            case HbaTransport.Plaintext when _doesTlsAfter && !_doesTlsBefore:
                return ways[HbaTransport.Tls].After is { IsReject: false, CertificateDemand: ClientCertificateDemand.None }
                    ? Try(HbaTransport.Tls) : Try(HbaTransport.Plaintext);
            default:
                (LoginOutcome Outcome, HbaRecord? Decider, HbaTransport By) same = Try(transport), overTls = Try(HbaTransport.Tls);
                return same.Outcome.GetsIn == true || (same.Outcome.GetsIn is null && overTls.Outcome.GetsIn == false)
                    || (same.Decider is { IsReject: false } && overTls.Decider is not { IsReject: false }) ? same : overTls;
        }
    }

    private LoginOutcome Step(HbaRecord from, HbaRecord to, string role)
    {
        UsesPasswords |= StoredPasswords.DemandOf(to.Method) > StoredPasswords.DemandOf(from.Method);
        return LoginStep.Judge(from, to, role, facts.StoredPasswords, pairs.IsAsked(from, to));
    }

    /// <summary>Whether a rule lets clients in that no rule let in before from the same place with as little.</summary>
    private bool IsLess(Ways ways, HbaTransport transport, HbaRecord to, HbaTransport[] transports, string role)
    {
        // Who has no account of Kerberos had no way over GSSAPI.
        HbaRecord[] before =
        [
            .. transports.Where(other => other != HbaTransport.Gss || transport == HbaTransport.Gss)
                .Select(other => ways[other].Before).OfType<HbaRecord>().Where(rule => !rule.IsReject),
        ];
        // Rules for clients over TLS are there for the day on which TLS is switched on: what they demand instead of a password is not less.
        if (pairs.AreSame && !before.Any(rule => LoginStep.IsAtMost(to, rule)))
            return false;
        if (!before.Any(rule => LetsIn(rule, role) && ((pairs.IsSameRule(rule, to) && !pairs.MayLoosen) || LoginStep.IsAtMost(rule, to))))
            return true;
        // The password itself would be sent in plaintext.
        return transport == HbaTransport.Plaintext && to.Method == "password" && ways[transport].Before is { Method: "md5" or "scram-sha-256" } old
            && !pairs.IsSameRule(old, to);
    }

    /// <summary>The rules that decide about a client, for each transport before and after; null where none does.</summary>
    private readonly record struct Ways(
        HbaRecord? Before, HbaRecord? After, HbaRecord? TlsBefore, HbaRecord? TlsAfter, HbaRecord? GssBefore, HbaRecord? GssAfter)
    {
        public (HbaRecord? Before, HbaRecord? After) this[HbaTransport transport] => transport switch
        {
            HbaTransport.Tls => (TlsBefore, TlsAfter),
            HbaTransport.Gss => (GssBefore, GssAfter),
            _ => (Before, After),
        };
    }
}

/// <summary>Something that becomes different for roles.</summary>
/// <param name="Roles">The roles.</param>
/// <param name="Transport">How they come after the change.</param>
/// <param name="Before">The rule that decided before; null for none.</param>
/// <param name="After">The rule that decides afterwards; null for none.</param>
/// <param name="Outcome">Whether they get in; true if they get in with less than before.</param>
/// <param name="IsAssumed">Whether that is only so if somebody's address has a name or is in a network that is not known here.</param>
internal sealed record LoginChange(
    string[] Roles, HbaTransport Transport, HbaRecord? Before, HbaRecord? After, LoginOutcome Outcome, bool IsAssumed);
