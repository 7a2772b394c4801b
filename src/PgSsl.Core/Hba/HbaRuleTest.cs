using PgSsl.Hba;

namespace PgSsl;

/// <summary>What pg_hba.conf decides about a client.</summary>
public sealed record HbaRuleTest
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The database; it does not count for physical replication.</summary>
    public required string Database { get; init; }

    /// <summary>The client's address; null over a Unix-domain socket.</summary>
    public required string? Address { get; init; }

    /// <summary>tls, plaintext, gss or socket.</summary>
    public required string Transport { get; init; }

    /// <summary>Whether it is physical replication.</summary>
    public required bool IsReplication { get; init; }

    /// <summary>authenticate, reject, implicit reject (no rule matches), or unknown.</summary>
    public required string Outcome { get; init; }

    /// <summary>
    /// Whether the client may authenticate, and its certificate is what the rule demands; null where that is not known.
    /// </summary>
    public required bool? IsLetIn { get; init; }

    /// <summary>How the client authenticates; null where it may not.</summary>
    public required string? Method { get; init; }

    /// <summary>The number of the rule that decides; null where none does.</summary>
    public required int? RuleNumber { get; init; }

    /// <summary>The file of that rule.</summary>
    public required string? FileName { get; init; }

    /// <summary>The line of that rule.</summary>
    public required int? LineNumber { get; init; }

    /// <summary>The reason in a sentence; for a rejected client the message of the server.</summary>
    public required string Reason { get; init; }

    /// <summary>The rule that decides.</summary>
    public required HbaRule? Rule { get; init; }

    /// <summary>The session of Get-PgSslSession that was tested, in a line; null for a client that was described otherwise.</summary>
    public string? Session { get; init; }

    /// <summary>pg_hba.conf.</summary>
    public required string Path { get; init; }

    /// <summary>Tests one client.</summary>
    /// <param name="document">The rules.</param>
    /// <param name="client">The client.</param>
    /// <param name="context">What decides besides the file.</param>
    internal static HbaRuleTest Of(HbaDocument document, HbaClient client, HbaMatchContext context)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(client);
        HbaVerdict verdict = new HbaMatcher(context).Find(document.Records, client);
        HbaRule? rule = verdict.Entry is { } entry ? HbaRule.Of(document, entry) : null;
        (bool? letsIn, string? why) = Judge(verdict.Entry);
        HbaEntry? refused = document.Refused.FirstOrDefault();
        string outcome = refused is not null || !verdict.IsCertain || letsIn is null ? "unknown"
            : rule is null ? "implicit reject" : letsIn == true ? "authenticate" : "reject";
        return new HbaRuleTest
        {
            User = client.User,
            Database = client.Database,
            Address = client.Address?.ToIPAddress().ToString(),
            Transport = client.Transport.ToString().ToLowerInvariant(),
            IsReplication = client.IsReplication,
            Outcome = outcome,
            IsLetIn = refused is null && verdict.Doubts.All(doubt => Judge(doubt.Entry).LetsIn == letsIn) ? letsIn : null,
            Method = outcome == "authenticate" ? rule!.Method : null,
            RuleNumber = rule?.RuleNumber,
            FileName = rule?.FileName,
            LineNumber = rule?.LineNumber,
            Reason = refused is null ? Explain(document, client, verdict, outcome, why)
                // hba.c, load_hba: one such line, and the server keeps the rules that it had.
                : $"It is not known which rules the server uses: it refuses {document.PlaceOf(refused.Line)}, and with this line the whole file.",
            Rule = rule,
            Path = document.Files[0].Path,
        };

        (bool? LetsIn, string? Why) Judge(HbaEntry? decides) =>
            decides is { Record: { IsReject: false } record } ? CertificateLogin.Judge(record, client, context) : (false, null);
    }

    private static string Explain(HbaDocument document, HbaClient client, HbaVerdict verdict, string outcome, string? why)
    {
        string place = verdict.Entry is { } entry ? document.PlaceOf(entry.Line) : "";
        if (outcome == "unknown")
        {
            IEnumerable<string> doubts = verdict.Doubts.Select(doubt => $"{doubt.Reason} ({document.PlaceOf(doubt.Entry.Line)})");
            if (verdict.IsCertain)
                doubts = [$"{why} ({place})"];
            return $"It is not known {string.Join(", nor ", doubts.Distinct().Take(3))}.";
        }
        return outcome == "authenticate" ? $"{place} matches first: the client authenticates by {verdict.Entry!.Record!.Method}."
            : why ?? ServerMessage(client, verdict.Entry is null);
    }

    // auth.c, ClientAuthentication: uaReject and uaImplicitReject.
    private static string ServerMessage(HbaClient client, bool isImplicit)
    {
        string host = client.Address?.ToIPAddress().ToString() ?? "[local]";
        string encryption = client.Transport switch
        {
            HbaTransport.Tls => "SSL encryption",
            HbaTransport.Gss => "GSS encryption",
            _ => "no encryption",
        };
        string who = client.IsReplication
            ? $"host \"{host}\", user \"{client.User}\", {encryption}"
            : $"host \"{host}\", user \"{client.User}\", database \"{client.Database}\", {encryption}";
        return (client.IsReplication, isImplicit) switch
        {
            (true, true) => $"no pg_hba.conf entry for replication connection from {who}",
            (true, false) => $"pg_hba.conf rejects replication connection for {who}",
            (false, true) => $"no pg_hba.conf entry for {who}",
            (false, false) => $"pg_hba.conf rejects connection for {who}",
        };
    }
}
