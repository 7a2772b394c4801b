using PgSsl.Common;
using PgSsl.Files;

namespace PgSsl.Hba.Policy;

/// <summary>Works out the smallest change of pg_hba.conf that fulfils a policy.</summary>
internal sealed class HbaPlanner
{
    private readonly HbaPolicy _policy;
    private readonly IServerFiles _files;
    private readonly List<string> _notes = [];

    private HbaPlanner(HbaPolicy policy, IServerFiles files) => (_policy, _files) = (policy, files);

    /// <summary>Makes the plan.</summary>
    /// <param name="document">The file as it is.</param>
    /// <param name="policy">What the file should be like.</param>
    /// <param name="files">Where the files of the document were read.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidHbaFile"/>: the server would refuse the file as it is. <see cref="PgSslError.ContradictoryParameters"/>:
    /// the policy contradicts itself.
    /// </exception>
    public static HbaPlan Plan(HbaDocument document, HbaPolicy policy, IServerFiles files)
    {
        policy.Check();
        CheckLoadable(document);
        var planner = new HbaPlanner(policy, files);
        HbaDocument converted = planner.Convert(document);
        HbaDocument planned = policy.RejectsPlaintext ? PlaintextReject.Add(converted, policy.Selection, files) : converted;
        if (!policy.AllowsPlaintext)
            planner.NoteRemainingPlaintext(planned);
        HbaPlan plan = Between(document, planned, planner._notes) with { MayLoosen = policy.AllowsPlaintext };
        if (plan.After.IsLoadable)
            return plan with { Notes = [.. plan.Notes, .. PlaceholdersIn(plan)] };
        string? error = plan.After.Refused.FirstOrDefault() is { } refused ? refused.ShownError : "no rule would be left";
        throw NotEditable($"{plan.After.Files[0].Path}: {error}.");
    }

    private static IEnumerable<string> PlaceholdersIn(HbaPlan plan)
    {
        foreach (HbaEntryChange change in plan.Changes)
            if (change is { Before: not null, After: { } after } && HbaPlaceholders.In(after) is { } placeholder)
                yield return $"{plan.After.PlaceOf(after.Line)} still contains {placeholder}: nothing replaced it, so the rule is not for the "
                    + "clients that are meant.";
    }

    /// <summary>The plan that leads from one state of the file to another.</summary>
    public static HbaPlan Between(HbaDocument before, HbaDocument after, IReadOnlyList<string> notes) =>
        new(before, after, RuleComparison.Compare(before, after), notes);

    /// <summary>Refuses a file that the server would not load, or would read differently: a change would not have the effect that is shown.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHbaFile"/>.</exception>
    public static void CheckLoadable(HbaDocument document)
    {
        if (document.Files.FirstOrDefault(file => file.Nul is not null) is { } file)
            throw new PgSslException(
                PgSslError.InvalidHbaFile,
                $"Line {file.NulLine} of {file.Path} contains a NUL byte, so the server may read other rules than this module. Nothing was changed.",
                "Save the file as UTF-8 without NUL bytes first. An editor that writes UTF-16 adds them.");
        if (document.IsLoadable)
            return;
        string what = document.Refused.FirstOrDefault() is { } refused
            ? $"{document.PlaceOf(refused.Line)}: {refused.ShownError}"
            : "it contains no rule.";
        throw new PgSslException(
            PgSslError.InvalidHbaFile,
            $"PostgreSQL {document.Dialect.Major} does not load {document.Files[0].Path}: {what}",
            "Fix these lines first: Get-PgHbaRule shows each with its Error. "
                + "If the file belongs to another version of PostgreSQL, pass -ServerVersion.");
    }

    private HbaDocument Convert(HbaDocument document)
    {
        var draft = new HbaDraft(document, _files);
        foreach (HbaEntry entry in document.Records)
        {
            if (_policy.Selection.Includes(entry.Record!))
                Convert(entry.Record!, draft, document);
            else if (_policy.AllowsPlaintext && _policy.Selection.IsEverything && PlaintextReject.IsFor(entry.Record!))
                draft.Add(entry.Line.File, HbaEdit.RemoveLine(entry.Line));
        }
        return draft.Apply();
    }

    private void Convert(HbaRecord record, HbaDraft draft, HbaDocument document)
    {
        HbaLine line = record.Line;
        if (_policy.AllowsPlaintext)
        {
            if (record.Type == HbaConnectionType.HostSsl)
                Allow(record, draft, document.PlaceOf(line));
            return;
        }
        if (record.Type != HbaConnectionType.HostSsl && record.Type != HbaConnectionType.HostGssEnc)
        {
            draft.Add(line.File, HbaEdit.Replace(line, record.TypeToken, HbaConnectionType.HostSsl.ToWord()));
            // hostssl does not match connections that GSSAPI encrypts (check_hba), and those were not in plaintext.
            if (record.Method == "gss" && record.Type.Admits(HbaTransport.Gss))
                draft.Add(line.File, HbaEdit.InsertAfter(line, WithType(record, HbaConnectionType.HostGssEnc)));
        }
        if (_policy.Method is { } method && record.Method is "trust" or "password" or "md5")
            draft.Add(line.File, HbaEdit.Replace(line, record.MethodToken, method));
        if (record.Type != HbaConnectionType.HostGssEnc && _policy.ClientCertificate is { } demand)
            DemandClientCertificate(record, demand, draft, document);
    }

    private void Allow(HbaRecord record, HbaDraft draft, string place)
    {
        HbaLine line = record.Line;
        if (record.Method == "cert")
        {
            _notes.Add($"{place} stays hostssl: its method is cert, which needs TLS.");
            return;
        }
        if (record.Options.Any(option => option.Name is "clientcert" or "clientname" && option.Token.IsFromFile))
            throw NotEditable($"{place}: its options are in a file that is named with @.");
        draft.Add(line.File, HbaEdit.Replace(line, record.TypeToken, HbaConnectionType.Host.ToWord()));
        foreach (HbaOption option in record.Options.Where(option => option.Name is "clientcert" or "clientname"))
            draft.Add(line.File, HbaEdit.Remove(line, option.Token));
    }

    private void DemandClientCertificate(HbaRecord record, ClientCertificateDemand demand, HbaDraft draft, HbaDocument document)
    {
        if (record.Method == "cert")
        {
            if (demand != ClientCertificateDemand.VerifyFull)
                _notes.Add($"{document.PlaceOf(record.Line)} still demands a client certificate with the user's name, because its method is cert.");
            return;
        }
        HbaOption[] existing = [.. record.Options.Where(option => option.Name == "clientcert")];
        if (record.CertificateDemand == demand && (existing.Length == 0 || demand != ClientCertificateDemand.None))
            return;
        string? value = ValueOf(demand, document.Dialect);
        HbaLine line = record.Line;
        if (existing.Any(option => option.Token.IsFromFile))
            throw NotEditable($"{document.PlaceOf(line)}: its options are in a file that is named with @.");
        foreach (HbaOption option in existing)
            draft.Add(line.File, value is null ? HbaEdit.Remove(line, option.Token) : HbaEdit.Replace(line, option.Token, $"clientcert={value}"));
        if (existing.Length == 0)
            draft.Add(line.File, HbaEdit.Append(line, $"clientcert={value}"));
    }

    /// <summary>The value of clientcert; null for none.</summary>
    private static string? ValueOf(ClientCertificateDemand demand, HbaDialect dialect) => (demand, dialect.HasBooleanClientCert) switch
    {
        (ClientCertificateDemand.None, _) => null,
        (ClientCertificateDemand.VerifyCa, false) => "verify-ca",
        (ClientCertificateDemand.VerifyCa, true) => "1",
        (_, false) => "verify-full",
        // It would read that as 0.
        _ => throw new PgSslException(
            PgSslError.UnsupportedParameter,
            $"PostgreSQL {dialect.Major} has no clientcert=verify-full: such a rule would demand no certificate at all. Nothing was changed.",
            "Use -ClientCertificate verify-ca, or write rules with the method cert, which compares the name as well."),
    };

    private void NoteRemainingPlaintext(HbaDocument planned)
    {
        string[] left = [.. planned.LettingPlaintextIn.Select(entry => planned.PlaceOf(entry.Line))];
        if (left.Length > 0)
            _notes.Add($"These rules still let clients in without TLS, because they were not selected: {string.Join(", ", left.Take(5))}"
                + $"{(left.Length > 5 ? $" and {left.Length - 5} more" : "")}.");
    }

    /// <summary>A copy of the line with another type, in one physical line.</summary>
    internal static string WithType(HbaRecord record, HbaConnectionType type)
    {
        ReadOnlySpan<byte> content = record.Line.File.Content;
        string tail = ServerText.Decode(content[record.TypeToken.End..record.Line.Tokens[^1].End]);
        return type.ToWord() + tail.Replace("\\\r\n", "", StringComparison.Ordinal).Replace("\\\n", "", StringComparison.Ordinal);
    }

    private static PgSslException NotEditable(string what) => new(
        PgSslError.InvalidHbaFile,
        $"A rule is written in a way that cannot be changed. {what}",
        "Nothing was changed. Write the rule in one line, without files that are named with @, and try again.");
}
