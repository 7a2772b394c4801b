using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Changes;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Has pg_hba.conf refuse plaintext, and proves it on the wire, or undoes it.</summary>
[Cmdlet(VerbsCommon.Set, "PgHbaSsl", SupportsShouldProcess = true, DefaultParameterSetName = RequireSet)]
[OutputType(typeof(HbaSslChange), typeof(HbaRuleChange))]
public sealed class SetPgHbaSslCommand : HbaCmdlet
{
    private const string RequireSet = "Require";
    private const string AllowSet = "Allow";
    private const string RestoreSet = "Restore";
    private const string Caption = "Change pg_hba.conf?";

    /// <summary>Only rules that name one of these users; * and ? are wildcards.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(HbaUserCompleter))]
    public string[] User { get; set; } = [];

    /// <summary>Only rules that name one of these databases; * and ? are wildcards.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(HbaDatabaseCompleter))]
    public string[] Database { get; set; } = [];

    /// <summary>Only rules for addresses within these networks (10.0.0.0/8), or with exactly this address field.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HbaAddressCompleter))]
    public string[] Address { get; set; } = [];

    /// <summary>Only rules of these types; without it host, hostnogssenc and hostssl.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    [HbaTypeTransformation]
    [ArgumentCompleter(typeof(HbaTypeCompleter))]
    public string[] Type { get; set; } = [];

    /// <summary>Rules for the server's own host as well (127.0.0.1, ::1, samehost, localhost).</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    public SwitchParameter IncludeLoopback { get; set; }

    /// <summary>Adds a rule that refuses plaintext by itself, where it takes effect.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    public SwitchParameter RejectPlaintext { get; set; }

    /// <summary>What these rules demand of client certificates: none, verify-ca or verify-full.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [ClientCertificateDemandTransformation]
    [ArgumentCompleter(typeof(ClientCertificateDemandCompleter))]
    public string? ClientCertificate { get; set; }

    /// <summary>The method that takes the place of trust, password and md5 in these rules.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [HbaMethodTransformation]
    [ArgumentCompleter(typeof(HbaMethodCompleter))]
    public string? AuthenticationMethod { get; set; }

    /// <summary>Lets plaintext in again: hostssl becomes host.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllowSet)]
    public SwitchParameter Allow { get; set; }

    /// <summary>Puts backups back that an earlier change left.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RestoreSet)]
    [Alias("Backup")]
    [ValidateNotNullOrEmpty]
    public string[] Restore { get; set; } = [];

    /// <summary>Makes the change even where somebody is locked out.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the rules that changed, before and after, instead of the summary.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override bool ChangesFile => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // The name of a backup says which file it belongs to.
        if (Path is null && Endpoint is null && Restore is [var backup, ..])
            Path = HbaBackup.TargetOf(ResolveFilePath(backup));
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override void Process(HbaSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        IReadOnlyList<string> remarks = HbaPreflight.CheckOwner(source.Document);
        HbaPlan plan = Restore.Length > 0 ? PlanRestore(source) : HbaPlanner.Plan(source.Document, Policy(), source.Files);
        foreach (string remark in remarks.Concat(plan.Notes))
            WriteWarning(remark);
        string? endpoint = source.Live?.Session.Host.ToString();
        if (plan.IsNoChange)
        {
            WriteVerbose($"{source.Document.Files[0].Path}: nothing to change.");
            Tell(HbaSslChange.Of(plan, endpoint, HbaImpact.None, null));
            return;
        }
        IReadOnlyList<Proof> proofs = source.Live is { } live ? Wait(token => HbaPreflight.CheckServerAsync(plan, live, token)) : [];
        HbaImpact impact = source.Live is null ? HbaImpact.None : HbaImpact.Of(plan, source.Live.Facts, source.Live.MatchContext);
        string text = HbaChangeText.Of(plan, impact);
        // Who only asks what would happen sees the change, and why it would not be made.
        if (!Force && impact.LockOuts.Count > 0)
        {
            if (IsWhatIf)
                ShouldProcess(text, text, Caption);
            throw HbaChangeText.LockOut(plan, impact);
        }
        if (ShouldProcess(text, text, Caption))
            Apply(source, plan, impact, proofs, endpoint);
    }

    private void Apply(HbaSource source, HbaPlan plan, HbaImpact impact, IReadOnlyList<Proof> proofs, string? endpoint)
    {
        foreach (string line in impact.Notes.Concat(impact.Describe()))
            WriteWarning(line);
        HbaChangeResult result = Wait(token => new HbaChange(plan, source.Live).ApplyAsync(DateTimeOffset.UtcNow, token));
        foreach (string file in result.WrittenInPlace)
            WriteWarning($"{file} is mounted by itself, and was written in place: its backup is the only way back if the machine had died in between.");
        foreach (string backup in result.Backups)
            WriteVerbose($"The old content is kept in {backup}.");
        Tell(HbaSslChange.Of(plan, endpoint, impact, result with { Proofs = [.. proofs, .. result.Proofs] }));
    }

    private void Tell(HbaSslChange change)
    {
        if (PassThru)
            WriteObject(change.Rules, enumerateCollection: true);
        else
            WriteObject(change);
    }

    private HbaPolicy Policy() => new()
    {
        Selection = new HbaSelection
        {
            Users = User,
            Databases = Database,
            Addresses = Address,
            Types = [.. Type.Select(HbaConnectionTypes.FromWord).OfType<HbaConnectionType>()],
            IncludesLoopback = IncludeLoopback,
        },
        AllowsPlaintext = Allow,
        RejectsPlaintext = RejectPlaintext,
        ClientCertificate = ClientCertificate switch
        {
            "none" => ClientCertificateDemand.None,
            "verify-ca" => ClientCertificateDemand.VerifyCa,
            "verify-full" => ClientCertificateDemand.VerifyFull,
            _ => null,
        },
        Method = AuthenticationMethod,
    };

    private HbaPlan PlanRestore(HbaSource source)
    {
        string? main = Path is null ? null : ResolveFilePath(Path);
        string[] backups = [.. Restore.Select(ResolveFilePath)];
        return HbaBackup.Plan(source.Document, HbaBackup.Read(backups, main, source.Document.Files[0].Path), source.Files);
    }
}
