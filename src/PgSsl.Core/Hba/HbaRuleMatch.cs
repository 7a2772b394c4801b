using PgSsl.Hba;

namespace PgSsl;

/// <summary>One rule and one client: whether the rule matches, and why not.</summary>
/// <param name="RuleNumber">The rule's number.</param>
/// <param name="FileName">Its file.</param>
/// <param name="LineNumber">Its line.</param>
/// <param name="Transport">How the client connects.</param>
/// <param name="Decides">Whether it is the rule that decides: the first one that matches.</param>
/// <param name="IsMatch">Whether it matches; null where that is not known.</param>
/// <param name="Reason">Why it does not match, or what is not known; for the rule that decides, what is wrong with the client's certificate.</param>
/// <param name="Rule">The rule.</param>
public sealed record HbaRuleMatch(
    int? RuleNumber, string FileName, int LineNumber, string Transport, bool Decides, bool? IsMatch, string? Reason, HbaRule Rule)
{
    /// <summary>Compares every rule with a client.</summary>
    internal static IEnumerable<HbaRuleMatch> Of(HbaDocument document, HbaClient client, HbaMatchContext context)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(client);
        var matcher = new HbaMatcher(context);
        HbaEntry? decides = matcher.Find(document.Records, client).Entry;
        foreach (HbaEntry entry in document.Entries)
        {
            HbaRule rule = HbaRule.Of(document, entry);
            HbaAnswer answer = entry.Record is { } record
                ? matcher.Match(record, client)
                : new HbaAnswer(false, $"the server refuses the line: {rule.Error}");
            string? reason = entry == decides && entry.Record is { IsReject: false } deciding
                ? CertificateLogin.Judge(deciding, client, context).Why : answer.Reason;
            yield return new HbaRuleMatch(
                rule.RuleNumber, rule.FileName, rule.LineNumber, client.Transport.ToString().ToLowerInvariant(), entry == decides, answer.IsMatch,
                reason, rule);
        }
    }
}
