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
            IsRestore = terms is { Restored.Count: > 0 },
        });
        WriteWarnings(kept.Warnings);
        foreach (string backup in kept.Backups)
            WriteVerbose($"The old content is kept in {backup}.");
        return kept.Backups;
    }

    /// <summary>Throws if the directory that the user named for backups cannot be used: the change would be made, and they would stay.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotWritten"/>.</exception>
    private protected void CheckBackupDirectory(BackupTerms? terms, IReadOnlyList<FileEdit> edits)
    {
        if (terms?.Directory is not { } directory)
            return;
        // -WhatIf writes nothing, not even to see whether it could.
        string? obstacle = BackupDirectory.FindObstacle(directory, isNamed: true) ?? (IsWhatIf ? null : BackupDirectory.TryOut(directory));
        if (obstacle is not null)
            throw new PgSslException(
                PgSslError.FileNotWritten, $"Backups cannot go to -BackupDirectory: {obstacle} Nothing was changed.",
                "Name a directory of your own that others cannot write.");
        if (edits.Any(edit => edit.Kind == FileKind.PrivateKey) && BackupServer.DirectoryAround(Path.Combine(directory, "x")) is { } data)
            WriteWarning($"-BackupDirectory is in the data directory {data}: the old key gets into every base backup of the server.");
    }

    /// <summary>The output of a change that found what it wants there already, with the backups that say so.</summary>
    private static TOutput Unchanged<TOutput>(TOutput output, BackupTerms? terms)
        where TOutput : ChangeOutput =>
        (TOutput)((ChangeOutput)output with { Remarks = [.. terms?.Present ?? [], .. output.Remarks] });

    /// <summary>This account's directory for backups; null if it has no home.</summary>
    private protected string? UsualBackups => BackupDirectory.Usual(Environment.GetVariable, Environment.HomeDirectory);
}
