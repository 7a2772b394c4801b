using System.Management.Automation;
using PgSsl.Backups;

namespace PgSsl.Hosting;

/// <summary>
/// Backups that come through a pipeline, to be put back. They are kept until its end: what comes later may be another backup of the same file, and
/// the last one would win.
/// </summary>
internal sealed class PipedBackups
{
    private readonly List<(ChosenBackup Backup, PSObject? Input)> _backups = [];

    /// <summary>Adds a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="input">The object that it came with; null for none.</param>
    public void Add(ChosenBackup backup, PSObject? input = null) => _backups.Add((backup, input));

    /// <summary>The backups whose files have one each, in the order in which they came.</summary>
    /// <param name="targetOf">The file that a backup is put back into; null if that is not known.</param>
    /// <param name="refuse">Is told which file has several.</param>
    public IEnumerable<(ChosenBackup Backup, PSObject? Input)> Take(Func<ChosenBackup, string?> targetOf, Action<PgSslException, string?> refuse)
    {
        foreach (var ofFile in _backups.GroupBy(piped => targetOf(piped.Backup)))
        {
            if (ofFile.DistinctBy(piped => piped.Backup.Path).Skip(1).Any())
                refuse(ChosenBackup.Several(ofFile.Key ?? "one file", ofFile.Select(piped => piped.Backup)), ofFile.Key);
            else
                yield return ofFile.First();
        }
    }
}
