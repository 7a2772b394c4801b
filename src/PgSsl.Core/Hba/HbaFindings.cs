using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// What somebody should look at in a rule: in the rule by itself, and beside the others of its file. It is worked out each time that
/// somebody asks, because most rules of a large file are never looked at.
/// </summary>
internal static class HbaFindings
{
    private static readonly Finding TlsIsOff = new(
        "TlsIsOff", FindingSeverity.Critical, "The rule lets nobody in, because TLS is off on the server.",
        "Switch TLS on (ssl = on), with a certificate and its key: Enable-PgSsl.");

    private static readonly Finding CommentSwallowsNextLine = new(
        "CommentSwallowsNextLine", FindingSeverity.Critical, "The comment ends in a backslash, so the server takes the next line as a part of it.",
        "Remove the backslash.");

    private static readonly Finding TrustOverTcp = new(
        "TrustOverTcp", FindingSeverity.Critical, "Anybody who reaches the port gets in as any of these users, without a password.",
        "Use scram-sha-256 or client certificates.");

    private static readonly Finding PlaintextAllowed = new(
        "PlaintextAllowed", FindingSeverity.Warning, "Clients may connect in plaintext, and psql does so when TLS fails.",
        "Make the rule hostssl (Set-PgHbaSsl).");

    private static readonly Finding Md5 = new(
        "Md5", FindingSeverity.Warning, "The method md5 also takes passwords that are stored as MD5, which PostgreSQL 18 calls deprecated.",
        "Use scram-sha-256, after every role's password is stored that way. "
            + "Set-PgHbaSsl -AuthenticationMethod scram-sha-256 names the roles whose password is not.");

    private static readonly Finding RejectsGss = new(
        "RejectsGss", FindingSeverity.Warning,
        "Connections that GSSAPI encrypts are not TLS: this rule refuses them as well, before a later rule could let them in.",
        "Put the hostgssenc rules before this rule.");

    /// <summary>The findings of one line of a file.</summary>
    /// <param name="document">The file.</param>
    /// <param name="index">Which of its entries.</param>
    public static Finding[] Of(HbaDocument document, int index)
    {
        HbaEntry entry = document.Entries[index];
        var found = new List<Finding>();
        if (entry.Line.SwallowsNextLine)
            found.Add(CommentSwallowsNextLine);
        HbaFile? withNul = entry.Line.File is { Nul: { } nul } file && entry.Line.End > nul ? file : null;
        if (withNul is not null)
            found.Add(NulByte(withNul));
        if (HbaCommentInValue.In(entry) is { } comment)
            found.Add(comment);
        if (entry.Record is { } record)
            AddForRecord(document, index, record, found);
        else if (withNul is null)
            found.Add(Refused(document, index));
        return [.. found];
    }

    private static void AddForRecord(HbaDocument document, int index, HbaRecord record, List<Finding> found)
    {
        HbaEntry? shadow = document.Neighbours.ShadowOf(index);
        if (shadow is not null)
            found.Add(Shadowed(document.PlaceOf(shadow.Line), record));
        if (record.Type == HbaConnectionType.HostSsl && document.Dialect.SslIsOn == false)
            found.Add(TlsIsOff);
        bool isReached = shadow is null && !HbaSpelling.MatchesNobody(record.Address);
        if (isReached && record.IsReject)
            AddForReject(document, index, record, found);
        else if (isReached && record.Type != HbaConnectionType.Local)
            AddForThoseLetIn(document, index, record, found);
        HbaSpelling.AddTo(found, record);
        if (HbaPasswordList.FindingOf(record) is { } list)
            found.Add(list);
        if (HbaOddCharacter.In(record) is { } odd)
            found.Add(new Finding(
                "OddCharacter", FindingSeverity.Warning, $"{odd.What}: the server takes it for a part of the word.", odd.Remedy));
    }

    private static void AddForThoseLetIn(HbaDocument document, int index, HbaRecord record, List<Finding> found)
    {
        if (record.Method == "trust" && record.CertificateDemand == ClientCertificateDemand.None)
            found.Add(record.IsLoopback ? new(TrustOverTcp.Code, FindingSeverity.Warning, TrustOverTcp.Message, TrustOverTcp.Remedy) : TrustOverTcp);
        if (document.Neighbours.LetsPlaintextIn(index))
            found.Add(record.Method is "password" or "ldap" or "pam" or "radius" or "bsd" ? PasswordInPlaintext(record.Method) : PlaintextAllowed);
        if (record.Type == HbaConnectionType.HostSsl && !record.IsLoopback && document.Neighbours.PlaintextFor(record) is { } plaintext)
            found.Add(new Finding(
                "TlsNotRequired", FindingSeverity.Warning,
                $"The rule protects nobody: {document.PlaceOf(plaintext.Line)} lets the same clients in without TLS.",
                "Make that rule hostssl (Set-PgHbaSsl), or remove it."));
        if (record.Method == "md5")
            found.Add(Md5);
        if (document.Neighbours.MissingTwinOf(record) is { } twin)
            found.Add(new Finding(
                "NoIPv6Twin", FindingSeverity.Information,
                $"There is no such rule for {twin.Text}/{twin.LeadingOnes}: a client that comes over IPv6 meets another rule.",
                $"Add the same rule for {twin.Text}/{twin.LeadingOnes}."));
    }

    private static void AddForReject(HbaDocument document, int index, HbaRecord record, List<Finding> found)
    {
        if (record.Type != HbaConnectionType.HostNoSsl)
            return;
        if (document.Neighbours.PlaintextBefore(index) is { } earlier)
            found.Add(new Finding(
                "RejectTooLate", FindingSeverity.Warning,
                $"The rule comes too late: {document.PlaceOf(earlier.Line)} lets clients in without TLS before it.",
                "Put it before that rule, or make that rule hostssl (Set-PgHbaSsl)."));
        if (document.Neighbours.HasGssBehind(index))
            found.Add(RejectsGss);
    }

    // A reject that nobody meets may be left from a time when it was meant. Moved, it locks people out.
    private static Finding Shadowed(string place, HbaRecord record) => new(
        "Shadowed", FindingSeverity.Warning, $"The rule is never reached: {place} matches every client of it.",
        record.IsReject
            ? "Remove it if nobody is to be refused: it refuses nobody now. Before that rule, it would refuse every client that it matches, "
                + "and Test-PgHbaRule shows what happens to a client."
            : "Remove it, or put it before that rule.");

    private static Finding PasswordInPlaintext(string method) => new(
        "PasswordInPlaintext", FindingSeverity.Critical,
        $"{method} sends the password unencrypted to the server, and this rule does not ask for TLS.",
        "Make the rule hostssl (Set-PgHbaSsl).");

    private static Finding NulByte(HbaFile file) => new(
        "NulByte", FindingSeverity.Critical,
        $"Line {file.NulLine} of {file.Path} contains a NUL byte. The server loses text behind it, so its rules may differ from these.",
        "Save the file again as UTF-8 without NUL bytes. An editor that writes UTF-16 adds them.");

    private static Finding Refused(HbaDocument document, int index) => new(
        "Refused", FindingSeverity.Critical,
        $"The server refuses the whole file because of this line: {document.Entries[index].ShownError}.",
        $"{HbaHints.For(document, index)} Until then a running server keeps the rules that it has (on Windows it lets nobody in), "
            + "and a server that is started with this file stops.");
}
