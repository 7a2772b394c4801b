using PgSsl.Files;

namespace PgSsl.Hba.Policy;

/// <summary>
/// The rule that refuses plaintext by itself. As the first match decides, it stands before the first rule that would let plaintext in. It is
/// about connections without TLS, so that GSSAPI's encrypted ones need their rules before it, as do the server's own, where these are left
/// alone. The keyword all does not mean physical replication, so that it names that as well.
/// </summary>
internal static class PlaintextReject
{
    /// <summary>The rule.</summary>
    public const string Text = "hostnossl all,replication all all reject";

    /// <summary>Whether a record is that rule, as this module or somebody else writes it.</summary>
    public static bool IsFor(HbaRecord record) =>
        record is { IsReject: true, Type: HbaConnectionType.HostNoSsl, Address: HbaAddress.Everyone }
        && Array.Exists(record.Databases, name => name.Kind == HbaNameKind.All)
        && Array.Exists(record.Users, name => name.Kind == HbaNameKind.All);

    /// <summary>The document with the rule in it; the document itself where the rule is effective already.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ContradictoryParameters"/>: there is no place for it, because rules that are to stay come behind rules that it
    /// must come before.
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
    /// What comes behind and decides about connections that GSSAPI encrypts, rejects included, so that these meet the same rules in the same
    /// order as before.
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
        if (selection.IncludesLoopback
            || document.Records.Skip(first).FirstOrDefault(entry => entry.Record is { IsLoopback: true } record && record.LetsIn(HbaTransport.Plaintext)) is not { } loopback)
            return;
        string earlier = document.PlaceOf(document.Records[first].Line);
        throw new PgSslException(
            PgSslError.ContradictoryParameters,
            $"The rule that refuses plaintext must come before {earlier}, and {document.PlaceOf(loopback.Line)}, for the server's own host, comes behind that and is to stay.",
            $"Put {document.PlaceOf(loopback.Line)} before {earlier}, or use -IncludeLoopback, or change {earlier} as well (-Type).");
    }

    private static bool IsRefused(HbaRecord record, HbaSelection selection) =>
        record.LetsIn(HbaTransport.Plaintext) && (selection.IncludesLoopback || !record.IsLoopback);

    /// <summary>The first record that lets plaintext in which nothing before has refused; null for none.</summary>
    /// <param name="entries">The records.</param>
    /// <param name="selection">Whether the server's own host is meant.</param>
    /// <param name="isThere">Whether a record refuses plaintext by itself before that.</param>
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
