using PgSsl.Files;

namespace PgSsl.Hba.Policy;

/// <summary>
/// A rule that only refuses plaintext. The first match decides, so it stands before the first rule that would let plaintext in. It matches all
/// connections without TLS, so rules for connections that GSSAPI encrypts must come before it, and rules for the server's own host too, where
/// those stay as they are. The keyword all does not include physical replication, so the rule names replication as well.
/// </summary>
internal static class PlaintextReject
{
    /// <summary>The rule.</summary>
    public const string Text = "hostnossl all,replication all all reject";

    /// <summary>Whether a record is such a rule, whoever wrote it.</summary>
    public static bool IsFor(HbaRecord record) =>
        record is { IsReject: true, Type: HbaConnectionType.HostNoSsl, Address: HbaAddress.Everyone }
        && Array.Exists(record.Databases, name => name.Kind == HbaNameKind.All)
        && Array.Exists(record.Users, name => name.Kind == HbaNameKind.All);

    /// <summary>The document with the rule; the same document where such a rule already takes effect.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ContradictoryParameters"/>: there is no place for the rule, because rules that must stay reachable come behind
    /// rules that it must precede.
    /// </exception>
    public static HbaDocument Add(HbaDocument document, HbaSelection selection, IServerFiles files)
    {
        int? found = FindFirst(document.Records, selection, out bool isThere);
        if (found is null && isThere)
            return document;
        int first = found ?? document.Records.Count;
        CheckLoopback(document, first, selection);
        string[] lines = [.. GssRulesBehind(document.Records.Skip(first)), Text];
        var draft = new HbaDraft(document, files);
        if (first < document.Records.Count)
        {
            HbaLine before = document.Records[first].Line;
            draft.Add(before.File, HbaEdit.InsertBefore(before, string.Join(before.File.LineBreak, lines)));
        }
        else
        {
            HbaFile main = document.Files[0];
            draft.Add(main, HbaEdit.AtEnd(main, string.Join(main.LineBreak, lines)));
        }
        return draft.Apply();
    }

    /// <summary>
    /// The rules behind it that decide about connections that GSSAPI encrypts, rejects included, so that those connections meet the same rules
    /// in the same order as before.
    /// </summary>
    private static IEnumerable<string> GssRulesBehind(IEnumerable<HbaEntry> behind)
    {
        HbaEntry[] rules = [.. behind.Where(entry => entry.Record!.Type.Admits(HbaTransport.Gss))];
        int last = Array.FindLastIndex(
            rules, entry => entry.Record is { IsReject: false } record && (record.Type == HbaConnectionType.HostGssEnc || record.Method == "gss"));
        return rules.Take(last + 1).Select(entry => HbaPlanner.WithType(entry.Record!, HbaConnectionType.HostGssEnc));
    }

    private static void CheckLoopback(HbaDocument document, int first, HbaSelection selection)
    {
        HbaEntry? loopback = document.Records.Skip(first).FirstOrDefault(
            entry => entry.Record is { IsLoopback: true } record && record.LetsIn(HbaTransport.Plaintext));
        if (selection.IncludesLoopback || loopback is null)
            return;
        (string earlier, string later) = (document.PlaceOf(document.Records[first].Line), document.PlaceOf(loopback.Line));
        throw new PgSslException(
            PgSslError.ContradictoryParameters,
            $"The rule that refuses plaintext must come before {earlier}. Then it would also hide {later}, a rule for the server's own host.",
            $"Put {later} before {earlier}, or use -IncludeLoopback, or change {earlier} as well (-Type).");
    }

    private static bool IsRefused(HbaRecord record, HbaSelection selection) =>
        record.LetsIn(HbaTransport.Plaintext) && (selection.IncludesLoopback || !record.IsLoopback);

    /// <summary>The first record that lets plaintext in that no earlier record has refused; null for none.</summary>
    /// <param name="entries">The records.</param>
    /// <param name="selection">Whether rules for the server's own host count.</param>
    /// <param name="isThere">Whether a rule that only refuses plaintext comes before it.</param>
    private static int? FindFirst(IReadOnlyList<HbaEntry> entries, HbaSelection selection, out bool isThere)
    {
        bool refusesDatabases = false, refusesReplication = false;
        int? first = null;
        for (int i = 0; i < entries.Count && first is null; i++)
        {
            HbaRecord record = entries[i].Record!;
            if (IsFor(record))
            {
                refusesDatabases = true;
                refusesReplication |= Array.Exists(record.Databases, name => name.Kind == HbaNameKind.Replication);
            }
            else if (IsRefused(record, selection)
                && Array.Exists(record.Databases, name => !(name.Kind == HbaNameKind.Replication ? refusesReplication : refusesDatabases)))
                first = i;
        }
        isThere = refusesDatabases;
        return first;
    }
}
