namespace PgSsl.Hba;

/// <summary>What is the matter with the records of a file: each by itself, and beside the others.</summary>
internal sealed class HbaFindings
{
    private static readonly string[] PasswordMethods = ["password", "ldap", "pam", "radius", "bsd"];

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
                if (record.Address is HbaAddress.Everyone || (record.Address is HbaAddress.Network network && network.Covers(Twins[twin].V6)))
                    _ipv6.Add((twin, record.Type, NamesOf(record)));
        }
    }

    /// <summary>The findings of each entry.</summary>
    /// <param name="document">The file.</param>
    /// <param name="shadows">For each entry, the one that always wins over it.</param>
    public static IReadOnlyList<Finding>[] Find(HbaDocument document, HbaEntry?[] shadows)
    {
        var findings = new HbaFindings(document);
        var found = new IReadOnlyList<Finding>[document.Entries.Count];
        for (int i = 0; i < found.Length; i++)
        {
            List<Finding>? list = null;
            foreach (Finding finding in findings.Of(i, document.Entries[i], shadows[i]))
                (list ??= []).Add(finding);
            found[i] = list ?? (IReadOnlyList<Finding>)[];
            if (shadows[i] is null && document.Entries[i].Record is { IsLoopback: false } record && record.LetsIn(HbaTransport.Plaintext))
                findings._firstPlaintext ??= document.Entries[i];
        }
        return found;
    }

    private IEnumerable<Finding> Of(int index, HbaEntry entry, HbaEntry? shadow)
    {
        if (entry.Line.SwallowsNextLine)
            yield return new Finding(
                "CommentSwallowsNextLine", FindingSeverity.Critical, "The comment ends in a backslash, so that the next line belongs to it.",
                "Take the backslash away.");
        if (entry.Record is not { } record)
        {
            yield return new Finding(
                "Refused", FindingSeverity.Critical, $"The server refuses the whole file because of this line: {entry.Error}",
                "Mend the line. Until then a running server keeps the rules it has (on Windows it lets nobody in), and one that is started stops.");
            yield break;
        }
        if (shadow is not null)
            yield return new Finding(
                "Shadowed", FindingSeverity.Warning, $"It is never reached: {HbaRule.Place(shadow.Line, _document)} matches everybody whom it is about.",
                "Take it away, or put it before that rule.");
        if (record.Type == HbaConnectionType.HostSsl && _document.Dialect.SslIsOn == false)
            yield return new Finding(
                "TlsIsOff", FindingSeverity.Critical, "It lets nobody in, because TLS is off on the server.", "Switch TLS on (ssl = on), with a certificate and its key.");
        if (shadow is null)
            foreach (Finding finding in OfWhomItLetsIn(record).Concat(OfPlaintextReject(index, record)))
                yield return finding;
        foreach (HbaName name in record.Databases.Concat(record.Users))
            if (name.Token.IsQuoted && name.Kind == HbaNameKind.Literal && HbaName.IsSpecial(name.Token.Text))
                yield return new Finding(
                    "QuotedKeyword", FindingSeverity.Information, $"\"{name.Token.Text}\" in quotes is a name, not the keyword.",
                    "Write it without quotes if the keyword is meant.");
    }

    private IEnumerable<Finding> OfWhomItLetsIn(HbaRecord record)
    {
        if (record.IsReject || record.Type == HbaConnectionType.Local)
            yield break;
        bool isPlaintext = record.LetsIn(HbaTransport.Plaintext);
        if (record.Method == "trust" && record.Option("clientcert") is null)
            yield return new Finding(
                "TrustOverTcp", record.IsLoopback ? FindingSeverity.Warning : FindingSeverity.Critical,
                "Whoever reaches the port gets in as any of these users, without a password.", "Use scram-sha-256 or client certificates.");
        if (isPlaintext && !record.IsLoopback)
            yield return PasswordMethods.Contains(record.Method)
                ? new Finding(
                    "PasswordInPlaintext", FindingSeverity.Critical, $"{record.Method} sends the password as it is, and this rule does not ask for TLS.",
                    "Make it hostssl (Set-PgHbaSsl).")
                : new Finding(
                    "PlaintextAllowed", FindingSeverity.Warning, "Clients may come in plaintext, and psql does so when TLS fails.",
                    "Make it hostssl (Set-PgHbaSsl).");
        if (record.Method == "md5")
            yield return new Finding(
                "Md5", FindingSeverity.Warning, "The method md5 also takes passwords that are stored as MD5, which PostgreSQL 18 calls deprecated.",
                "Use scram-sha-256, once every role's password is stored so (Set-PgHbaSsl -AuthenticationMethod scram-sha-256 names those that are not).");
        for (int twin = 0; twin < Twins.Length; twin++)
            if (record.Address is HbaAddress.Network network && network == Twins[twin].V4 && !_ipv6.Contains((twin, record.Type, NamesOf(record))))
                yield return new Finding(
                    "NoIPv6Twin", FindingSeverity.Information, $"There is no such rule for {Twins[twin].V6.Text}/{Twins[twin].V6.LeadingOnes}: who comes over IPv6 meets another rule.",
                    $"Add the same rule for {Twins[twin].V6.Text}/{Twins[twin].V6.LeadingOnes}.");
    }

    private IEnumerable<Finding> OfPlaintextReject(int index, HbaRecord record)
    {
        if (!record.IsReject || record.Type != HbaConnectionType.HostNoSsl)
            yield break;
        if (_firstPlaintext is { } earlier)
            yield return new Finding(
                "RejectTooLate", FindingSeverity.Warning, $"It comes too late for whom {HbaRule.Place(earlier.Line, _document)} lets in in plaintext before.",
                "Put it before that rule, or make that rule hostssl (Set-PgHbaSsl).");
        if (_lastGss > index)
            yield return new Finding(
                "RejectsGss", FindingSeverity.Warning, "Connections encrypted by GSSAPI are not TLS: it refuses them as well, before a later rule could let them in.",
                "Put the hostgssenc rules before it.");
    }

    private static string NamesOf(HbaRecord record) =>
        string.Join(',', record.Databases.Select(name => name.Display)) + " " + string.Join(',', record.Users.Select(name => name.Display));

    private static HbaAddress.Network Network(string address, int ones)
    {
        NumericAddress start = NumericAddress.Parse(address)!.Value;
        return new HbaAddress.Network(start, NumericAddress.Mask(start.IsIPv6, ones));
    }
}
