using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Changes pg_hba.conf so that it refuses plaintext, and proves it on the wire, or undoes it.</summary>
[Cmdlet(VerbsCommon.Set, "PgHbaSsl", SupportsShouldProcess = true, DefaultParameterSetName = RequireSet)]
[OutputType(typeof(HbaSslChange), typeof(HbaRuleChange))]
public sealed class SetPgHbaSslCommand : HbaCmdlet
{
    private const string RequireSet = "Require";
    private const string AllowSet = "Allow";
    private const string RestoreSet = "Restore";

    /// <summary>Only rules that name one of these users; * and ? are wildcards.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    [Alias("UserName")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(HbaUserCompleter))]
    public string[] User { get; set; } = [];

    /// <summary>Only rules that name one of these databases; * and ? are wildcards.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [Parameter(ParameterSetName = AllowSet)]
    [Alias("DatabaseName")]
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

    /// <summary>Adds a rule that refuses plaintext, at the place where it takes effect.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    public SwitchParameter RejectPlaintext { get; set; }

    /// <summary>What these rules demand of client certificates: none, verify-ca or verify-full.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [ClientCertificateDemandTransformation]
    [ArgumentCompleter(typeof(ClientCertificateDemandCompleter))]
    public string? ClientCertificate { get; set; }

    /// <summary>The method that replaces trust, password and md5 in these rules.</summary>
    [Parameter(ParameterSetName = RequireSet)]
    [HbaMethodTransformation]
    [ArgumentCompleter(typeof(HbaMethodCompleter))]
    public string? AuthenticationMethod { get; set; }

    /// <summary>Lets plaintext in again: hostssl becomes host.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllowSet)]
    public SwitchParameter Allow { get; set; }

    /// <summary>Puts back backups of an earlier change.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RestoreSet)]
    [Alias("Backup")]
    [ValidateNotNullOrEmpty]
    public string[] Restore { get; set; } = [];

    /// <summary>Makes the change even if it locks somebody out.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the rules that changed, before and after, instead of the summary. With -WhatIf, returns the summary.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override bool ChangesFile => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // The name of a backup says which file it belongs to.
        if (Path is null && Endpoint is null && Restore is [var backup, ..])
            Path = HbaBackup.TargetOf(Resolve(backup));
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override void Process(HbaSource source)
    {
        WriteWarnings(HbaPreflight.CheckOwner(source.Document));
        HbaPlan plan = Restore.Length > 0 ? PlanRestore(source) : HbaPlanner.Plan(source.Document, CreatePolicy(), source.Files);
        WriteWarnings(plan.Notes);
        PlannedHbaChange planned = Wait(token => PlannedHbaChange.PrepareAsync(plan, source.Live, token));
        if (Run(planned, "Change pg_hba.conf?", Force, PassThru) is { } change)
            WriteObject(PassThru && !IsWhatIf ? (object)change.Rules : change, enumerateCollection: true);
    }

    private HbaPolicy CreatePolicy() => new()
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
        string? main = Resolve(Path);
        string[] backups = [.. Restore.Select(path => Resolve(path))];
        return HbaBackup.Plan(source.Document, HbaBackup.Read(backups, main, source.Document.Files[0].Path), source.Files);
    }
}
