using System.Management.Automation;
using PgSsl.Hba.Live;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Gets the rules of pg_hba.conf in the order in which the server tries them, with their problems.</summary>
[Cmdlet(VerbsCommon.Get, "PgHbaRule")]
[OutputType(typeof(HbaRule))]
public sealed class GetPgHbaRuleCommand : HbaCmdlet
{
    /// <inheritdoc/>
    private protected override void Process(HbaSource source)
    {
        WarnOfSwallowedLines(source.Document);
        WarnOfNul(source.Document);
        if (source.Document.Entries.Count == 0)
            WriteWarning(
                $"{source.Document.Files[0].Path} contains no rule: a running server does not load it, and a server that starts with it stops.");
        if (source.Live is { Facts.MaySeeRules: true } live)
            WarnOfDifference(live, source);
        WriteObject(Wait(() => HbaRule.Of(source.Document)), enumerateCollection: true);
    }

    // This module reads the file as the server does. If they differ, the server is right.
    private void WarnOfDifference(HbaLive live, HbaSource source)
    {
        if (ServerRule.Differs(Wait(live.ReadRulesAsync), source.Document) is { } difference)
            WriteWarning($"pg_hba_file_rules of {live.Session.Host} differs from {source.Document.Files[0].Path}: {difference}.");
    }
}
