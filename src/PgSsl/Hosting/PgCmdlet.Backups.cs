using PgSsl.Backups;
using PgSsl.Files;

namespace PgSsl.Hosting;

/// <content>What becomes of the backups of a change.</content>
public abstract partial class PgCmdlet
{
    /// <summary>Writes down whose the backups of a change are, and moves those that must not stay where they are.</summary>
    /// <param name="backups">The backups.</param>
    /// <param name="edits">The files that were written.</param>
    /// <param name="terms">What is known about the backups; null for nothing.</param>
    /// <returns>Where the backups are in the end.</returns>
    private protected IReadOnlyList<string> KeepBackups(IReadOnlyList<string> backups, IReadOnlyList<FileEdit> edits, BackupTerms? terms)
    {
        KeptBackups kept = new BackupKeeper().Keep(backups, new BackupOrigin(MyInvocation.MyCommand.Name, edits)
        {
            Server = terms?.Server, Directory = terms?.Directory, UsualDirectory = UsualBackups,
        });
        WriteWarnings(kept.Warnings);
        foreach (string backup in kept.Backups)
            WriteVerbose($"The old content is kept in {backup}.");
        return kept.Backups;
    }

    /// <summary>This account's directory for backups; null if it has no home.</summary>
    private protected string? UsualBackups => BackupDirectory.Usual(Environment.GetVariable, Environment.HomeDirectory);
}
