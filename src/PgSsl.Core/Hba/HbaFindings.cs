using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>What is the matter with the records of a file: each by itself, and beside the others.</summary>
internal sealed class HbaFindings
{
    private static readonly Finding TlsIsOff = new(
        "TlsIsOff", FindingSeverity.Critical, "It lets nobody in, because TLS is off on the server.", "Switch TLS on (ssl = on), with a certificate and its key.");

    private static readonly Finding CommentSwallowsNextLine = new(
        "CommentSwallowsNextLine", FindingSeverity.Critical, "The comment ends in a backslash, so that the next line belongs to it.",
        "Take the backslash away.");

    private static readonly Finding TrustOverTcp = new(
        "TrustOverTcp", FindingSeverity.Critical, "Whoever reaches the port gets in as any of these users, without a password.",
        "Use scram-sha-256 or client certificates.");

    private static readonly Finding TrustOverLoopback = TrustOverTcp with { Severity = FindingSeverity.Warning };

    private static readonly Finding PlaintextAllowed = new(
        "PlaintextAllowed", FindingSeverity.Warning, "Clients may come in plaintext, and psql does so when TLS fails.", "Make it hostssl (Set-PgHbaSsl).");

    private static readonly Finding[] OnlyPlaintextAllowed = [PlaintextAllowed];

    private static readonly Finding Md5 = new(
        "Md5", FindingSeverity.Warning, "The method md5 also takes passwords that are stored as MD5, which PostgreSQL 18 calls deprecated.",
        "Use scram-sha-256, once every role's password is stored so (Set-PgHbaSsl -AuthenticationMethod scram-sha-256 names those that are not).");

    private static readonly Finding RejectsGss = new(
        "RejectsGss", FindingSeverity.Warning,
        "Connections encrypted by GSSAPI are not TLS: it refuses them as well, before a later rule could let them in.",
        "Put the hostgssenc rules before it.");

    private static readonly Dictionary<string, Finding> PasswordInPlaintext = ((string[])["password", "ldap", "pam", "radius", "bsd"]).ToDictionary(
        method => method,
        method => new Finding(
            "PasswordInPlaintext", FindingSeverity.Critical, $"{method} sends the password as it is, and this rule does not ask for TLS.",
            "Make it hostssl (Set-PgHbaSsl)."));

    // The networks of one family for which there is the same in the other.
    private static readonly (HbaAddress.Network V4, HbaAddress.Network V6)[] Twins =
    [
        (Network("0.0.0.0", 0), Network("::", 0)),
        (Network("127.0.0.1", 32), Network("::1", 128)),
    ];

    private readonly HbaDocument _document;
    private readonly HashSet<(int Twin, HbaConnectionType Type, string Names)> _ipv6 = [];
    private readonly int _lastGss;
    private HbaEntry? _firstPlaintext;

    private HbaFindings(HbaDocument document)
    {
        _document = document;
        for (int i = 0; i < document.Entries.Count; i++)
        {
            if (document.Entries[i].Record is not { } record)
                continue;
            if (!record.IsReject && (record.Type == HbaConnectionType.HostGssEnc || record.Method == "gss"))
                _lastGss = i;
            for (int twin = 0; twin < Twins.Length; twin++)
                if (record.Address is HbaAddress.Everyone || (record.Address is HbaAddress.Network { Address.IsIPv6: true } network && network.Covers(Twins[twin].V6)))
                    _ipv6.Add((twin, record.Type, NamesOf(record)));
        }
    }

    /// <summary>The findings of each entry.</summary>
    /// <param name="document">The file.</param>
    /// <param name="shadows">For each entry, the one that always wins over it.</param>
    public static Finding[][] Find(HbaDocument document, HbaEntry?[] shadows)
    {
        var findings = new HbaFindings(document);
        var found = new Finding[document.Entries.Count][];
        var list = new List<Finding>();
        for (int i = 0; i < found.Length; i++)
        {
            list.Clear();
            findings.AddAll(i, document.Entries[i], shadows[i], list);
            found[i] = list.Count == 0 ? [] : list is [var single] && ReferenceEquals(single, PlaintextAllowed) ? OnlyPlaintextAllowed : [.. list];
            if (shadows[i] is null && document.Entries[i].Record is { IsLoopback: false } record && record.LetsIn(HbaTransport.Plaintext))
                findings._firstPlaintext ??= document.Entries[i];
        }
        return found;
    }

    private void AddAll(int index, HbaEntry entry, HbaEntry? shadow, List<Finding> found)
    {
        if (entry.Line.SwallowsNextLine)
            found.Add(CommentSwallowsNextLine);
        if (entry.Record is not { } record)
        {
            found.Add(new Finding(
                "Refused", FindingSeverity.Critical, $"The server refuses the whole file because of this line: {HbaSecrets.MaskError(entry)}.",
                "Mend the line. Until then a running server keeps the rules it has (on Windows it lets nobody in), and one that is started stops."));
            return;
        }
        if (shadow is not null)
            found.Add(new Finding(
                "Shadowed", FindingSeverity.Warning, $"It is never reached: {_document.PlaceOf(shadow.Line)} matches everybody whom it is about.",
                "Take it away, or put it before that rule."));
        if (record.Type == HbaConnectionType.HostSsl && _document.Dialect.SslIsOn == false)
            found.Add(TlsIsOff);
        if (shadow is null)
        {
            AddForThoseLetIn(record, found);
            AddForPlaintextReject(index, record, found);
        }
        AddQuotedKeywords(record.Databases, found);
        AddQuotedKeywords(record.Users, found);
    }

    private void AddForThoseLetIn(HbaRecord record, List<Finding> found)
    {
        if (record.IsReject || record.Type == HbaConnectionType.Local)
            return;
        if (record.Method == "trust" && record.Option("clientcert") is null)
            found.Add(record.IsLoopback ? TrustOverLoopback : TrustOverTcp);
        if (!record.IsLoopback && record.LetsIn(HbaTransport.Plaintext))
            found.Add(PasswordInPlaintext.GetValueOrDefault(record.Method, PlaintextAllowed));
        if (record.Method == "md5")
            found.Add(Md5);
        for (int twin = 0; twin < Twins.Length; twin++)
        {
            (HbaAddress.Network v4, HbaAddress.Network v6) = Twins[twin];
            if (record.Address is HbaAddress.Network network && network == v4 && !_ipv6.Contains((twin, record.Type, NamesOf(record))))
                found.Add(new Finding(
                    "NoIPv6Twin", FindingSeverity.Information,
                    $"There is no such rule for {v6.Text}/{v6.LeadingOnes}: who comes over IPv6 meets another rule.",
                    $"Add the same rule for {v6.Text}/{v6.LeadingOnes}."));
        }
    }

    private void AddForPlaintextReject(int index, HbaRecord record, List<Finding> found)
    {
        if (!record.IsReject || record.Type != HbaConnectionType.HostNoSsl)
            return;
        if (_firstPlaintext is { } earlier)
            found.Add(new Finding(
                "RejectTooLate", FindingSeverity.Warning, $"It comes too late for whom {_document.PlaceOf(earlier.Line)} lets in in plaintext before.",
                "Put it before that rule, or make that rule hostssl (Set-PgHbaSsl)."));
        if (_lastGss > index)
            found.Add(RejectsGss);
    }

    private static void AddQuotedKeywords(HbaName[] names, List<Finding> found)
    {
        foreach (HbaName name in names)
            if (name.IsQuoted && name.Kind == HbaNameKind.Literal && HbaName.IsSpecial(name.Text))
                found.Add(new Finding(
                    "QuotedKeyword", FindingSeverity.Information, $"\"{name.Text}\" in quotes is a name, not the keyword.",
                    "Write it without quotes if the keyword is meant."));
    }

    private static string NamesOf(HbaRecord record) =>
        string.Join(',', record.Databases.Select(name => name.Display)) + " " + string.Join(',', record.Users.Select(name => name.Display));

    private static HbaAddress.Network Network(string address, int ones)
    {
        NumericAddress start = NumericAddress.Parse(address)!.Value;
        return new HbaAddress.Network(start, NumericAddress.Mask(start.IsIPv6, ones));
    }
}
