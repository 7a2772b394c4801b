using System.Management.Automation;
using PgSsl.Backups;
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

    private static readonly string[] ParametersOfChanges =
    [
        nameof(RejectPlaintext), nameof(Allow), nameof(ClientCertificate), nameof(AuthenticationMethod), nameof(User), nameof(Database),
        nameof(Address), nameof(Type), nameof(IncludeLoopback),
    ];

    private readonly PipedBackups _piped = new();
    private (EndpointArgument[]? Endpoint, string? Path) _typed;
    private ChosenBackup[] _backups = [];

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

    /// <summary>
    /// Puts back backups of an earlier change: paths, output of Get-PgBackup, or the file itself, whose newest backup is then taken.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = RestoreSet)]
    [Alias("Backup")]
    [ValidateNotNullOrEmpty]
    [BackupPathTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
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
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _typed = (Endpoint, Path);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A piped backup is restored, whatever else an object from the pipeline would mean.
        var piped = new PipelineObject(InputObject);
        if (piped.IsBackup)
        {
            if (ParametersOfChanges.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } other)
            {
                WriteFailure(
                    new PgSslException(
                        PgSslError.ContradictoryParameters,
                        $"A backup comes through the pipeline, to be put back, but -{other} is given as well. Nothing was changed.",
                        "Do one after the other: put the backup back, or change the rules of a server (-Endpoint) or a file (-Path)."),
                    piped.Text(nameof(FileBackup.BackupPath)));
                return;
            }
            // What else is piped may be another backup of the same file.
            string path = piped.Text(nameof(FileBackup.BackupPath)) ?? "";
            Try(path, () => _piped.Add(Choose(path), InputObject));
            return;
        }
        if (Try(Restore.FirstOrDefault(), () => _backups = [.. Restore.Select(Choose)]))
            ProcessItem();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((ChosenBackup backup, PSObject? input) in _piped.Take(
            backup => backup.Record is null ? _typed.Path ?? backup.Target : backup.Target, (failure, file) => WriteFailure(failure, file)))
        {
            InputObject = input;
            _backups = [backup];
            (Endpoint, Path) = _typed;
            ProcessItem();
        }
    }

    private ChosenBackup Choose(string path)
    {
        var backup = ChosenBackup.Choose(Resolve(path), UsualBackups);
        WriteWarnings(backup.Warnings);
        return backup;
    }

    private void ProcessItem()
    {
        // A backup says which file it belongs to.
        if (Path is null && Endpoint is null && _backups is [var backup, ..])
            Path = backup.Target;
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override void Process(HbaSource source)
    {
        WriteWarnings(HbaPreflight.CheckOwner(source.Document));
        HbaPlan plan = _backups.Length > 0 ? PlanRestore(source) : HbaPlanner.Plan(source.Document, CreatePolicy(), source.Files);
        WriteWarnings(plan.Notes);
        PlannedHbaChange planned = Wait(token => PlannedHbaChange.PrepareAsync(plan, source.Live, token));
        if (Run(planned, "Change pg_hba.conf?", Force, PassThru, TermsOf(source)) is { } change)
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
        BackupServer? server = source.Live?.OfBackups ?? BackupServer.Around(source.Document.Files[0].Path);
        return HbaBackup.Plan(source.Document, HbaBackup.Assign(_backups, Resolve(Path), source.Document, server), source.Files);
    }

    private BackupTerms TermsOf(HbaSource source) =>
        new()
        {
            Server = source.Live?.OfBackups, Restored = [.. _backups.Select(backup => backup.Remark)],
            Present = [.. _backups.Select(backup => backup.RemarkIfPresent)],
        };
}
