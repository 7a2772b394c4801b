using System.Management.Automation;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Common;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Removes backups that changes made, keys first.</summary>
[Cmdlet(VerbsCommon.Remove, "PgBackup", SupportsShouldProcess = true)]
[OutputType(typeof(FileBackup))]
public sealed class RemovePgBackupCommand : PgCmdlet
{
    private readonly List<StoredBackup> _backups = [];

    /// <summary>
    /// The backups: paths, or output of Get-PgBackup. With -KeepLast or -OlderThan also files whose backups are meant, or directories.
    /// </summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("BackupPath", "Backup", "PSPath", "FullName")]
    [AllowEmptyCollection]
    public string[] Path { get; set; } = [];

    /// <summary>How many backups of each file stay, the newest.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepLast { get; set; }

    /// <summary>Only backups that are older: a number of days, a time span, or a date.</summary>
    [Parameter]
    [AgeTransformation]
    public DateTime OlderThan { get; set; }

    /// <summary>With -WhatIf, returns the backups that would be removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private int? Kept => MyInvocation.BoundParameters.ContainsKey(nameof(KeepLast)) ? KeepLast : null;

    private DateTime? Before => MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan)) ? OlderThan.ToUniversalTime() : null;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in Path)
            Try(path, () => _backups.AddRange(Find(Resolve(path))));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<StoredBackup> chosen = BackupRemoval.Choose(_backups, Kept, Before);
        // Before they are gone; whether one is needed, the others of its file tell, too.
        var search = new BackupSearch(UsualBackups);
        IEnumerable<StoredBackup> all = chosen.Concat(chosen.Select(backup => backup.Target).Distinct().SelectMany(search.Of));
        ILookup<string, FileBackup> described = FileBackup.Of([.. all.DistinctBy(backup => backup.Path)], DateTimeOffset.UtcNow)
            .ToLookup(backup => backup.BackupPath);
        foreach (StoredBackup backup in chosen)
            Try(backup.Path, () => Remove(described[backup.Path].First()));
    }

    private void Remove(FileBackup backup)
    {
        string need = $"{(backup.IsNeeded ? "It is still needed: " : "")}{backup.Reason}";
        string plan = $"Remove the backup {backup.BackupPath} of {backup.Target} ({backup.Kind}). {need}";
        if (Ask([plan], "Remove the backup?"))
            BackupRemoval.Remove(backup.BackupPath);
        else if (!IsWhatIf || !PassThru)
            return;
        WriteObject(ChangeNotes.Of(backup, IsWhatIf ? plan : null, isChanged: true, isProven: null));
    }

    private IReadOnlyList<StoredBackup> Find(string path)
    {
        if (BackupName.Parse(path) is not null)
            return [StoredBackup.Load(path) ?? throw new PgSslException(
                PgSslError.FileNotFound, $"There is no backup {path}.", "Get-PgBackup shows which backups there are.")];
        bool isDirectory = System.IO.Directory.Exists(path);
        if (Kept is null && Before is null)
            throw BackupRemoval.NotABackup(
                path, isDirectory ? "it is a directory, and neither -KeepLast nor -OlderThan is given" : "it is not named as one");
        var search = new BackupSearch(UsualBackups);
        IReadOnlyList<StoredBackup> found = isDirectory ? search.InDirectory(path) : search.Of(path);
        WriteWarnings(search.Warnings);
        if (isDirectory)
            found = WithRecord(found, path);
        if (found.Count == 0 && !isDirectory && !File.Exists(path))
            throw new PgSslException(
                PgSslError.FileNotFound, $"There is no file {path}, and no backup of one.", "Check the path, or name the directory.");
        return found;
    }

    /// <summary>Of a directory only those with a record: who else names his files so is not known.</summary>
    private StoredBackup[] WithRecord(IReadOnlyList<StoredBackup> found, string directory)
    {
        StoredBackup[] recorded = [.. found.Where(backup => backup.Record is not null)];
        if (found.Count - recorded.Length is > 0 and var left)
            WriteWarning(
                $"{(left == 1 ? "One backup" : $"{left} backups")} without a record that can be trusted {(left == 1 ? "stays" : "stay")} in "
                + $"{directory}. Get-PgBackup {CommandText.Quote(directory)} | Where-Object IsRecorded -EQ $false shows what; "
                + "| Remove-PgBackup behind it removes it.");
        return recorded;
    }
}
