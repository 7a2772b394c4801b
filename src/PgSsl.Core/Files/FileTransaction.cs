namespace PgSsl.Files;

/// <summary>
/// Changes all files or none of them. Each new content is written beside its target and flushed to the disk; the old content is kept as a
/// backup; then the new files are renamed, in the order of the edits. A failure undoes everything. A reader, even after a crash of the machine,
/// finds either the old content or the new one. The only exception is named in the result: a mount point, onto which nothing can be renamed, is
/// written in place if its edit allows that.
/// </summary>
/// <remarks>
/// Two files cannot be renamed in one step. If the process is killed in between, the earlier edits are made and the later are not: the caller
/// orders the edits so that this does no harm (a key before its request).
/// </remarks>
internal static class FileTransaction
{
    /// <summary>Makes the edits.</summary>
    /// <param name="edits">The edits, one for each file.</param>
    /// <param name="at">The time in the names of backups.</param>
    /// <param name="files">The file system; the real one if null.</param>
    /// <param name="drops">
    /// Null for a change; for the undo of one, the backups of that one. They are deleted after the edits, and the edits leave none.
    /// </param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileExists"/>, <see cref="PgSslError.FileChanged"/>, <see cref="PgSslError.FileNotFound"/> (a directory),
    /// <see cref="PgSslError.ContradictoryParameters"/> (one file twice), <see cref="PgSslError.UnexpectedFile"/> (it is not what it should be)
    /// or <see cref="PgSslError.FileNotWritten"/>: nothing was changed, except that a directory may have been created.
    /// <see cref="PgSslError.FileNotRestored"/>: something was, and the message says what.
    /// </exception>
    public static FileTransactionResult Apply(
        IReadOnlyList<FileEdit> edits, DateTimeOffset at, IFileLayer? files = null, IReadOnlyList<string>? drops = null)
    {
        files ??= DiskFiles.Open();
        if (drops is not null)
            files.BeginUndo();
        StagedFile[] staged = [.. edits.Select(edit => new StagedFile(files, edit, isUndo: drops is not null))];
        StagedFile? current = null;
        try
        {
            ForEach(file => file.Locate());
            CheckDistinct(staged);
            ForEach(file => file.EnsureDirectory());
            string[] directories = [.. staged.Select(file => file.Directory).Distinct(RealPath.Comparer)];
            // Held until everything is done or undone: otherwise the undo could undo the change of another process.
            using IDisposable pinned = files.Pin(directories);
            using var locks = DirectoryLocks.Take(files, directories);
            try
            {
                if (locks.AreComplete)
                {
                    foreach (string directory in directories)
                        TemporaryFile.ClearRemains(files, directory);
                }
                ForEach(file => file.Write());
                ForEach(file => file.KeepOld(at));
                ForEach(file => file.Check());
                ForEach(file => file.Swap());
                ForEach(file => file.KeepReplaced());
                foreach (string directory in directories)
                    files.FlushDirectory(directory);
            }
            catch (Exception failure)
            {
                string? remains = Describe(PutBack(files, staged, failure));
                if (failure is IOException or UnauthorizedAccessException)
                    throw NotWritten(current!.Path, failure, remains);
                if (failure is PgSslException refusal && remains is not null)
                    throw new PgSslException(refusal.Error, $"{refusal.Message} {remains}", refusal.Remedy, refusal);
                throw;
            }
            string[] backups = [.. staged.Select(file => file.Backup).OfType<string>()];
            string[] leftovers = drops is null ? [] : DropBackups(files, [.. drops, .. backups], directories);
            return new FileTransactionResult(
                backups,
                [.. staged.Where(file => file.IsWrittenInPlace).Select(file => file.Path)],
                [.. staged.Select(file => file.Old is { } old ? old with { Content = [] } : null)])
            {
                Leftovers = leftovers,
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(current!.Path, failure);
        }

        void ForEach(Action<StagedFile> step)
        {
            foreach (StagedFile file in staged)
                step(current = file);
        }
    }

    /// <summary>Finds the files of edits, and checks them as <see cref="Apply"/> will: for -WhatIf, and before a server is touched.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnexpectedFile"/>: a file is not what it should be. <see cref="PgSslError.FileNotWritten"/>: it cannot be examined.
    /// </exception>
    public static IReadOnlyList<FileTarget> Look(IEnumerable<FileEdit> edits, IFileLayer? files = null) =>
        [.. edits.Select(edit => new StagedFile(files ?? DiskFiles.Open(), edit).Look())];

    private static void CheckDistinct(IEnumerable<StagedFile> staged)
    {
        if (staged.GroupBy(file => file.Location, RealPath.Comparer).FirstOrDefault(group => group.Skip(1).Any()) is not { } same)
            return;
        string[] names = [.. same.Select(file => file.Path).Distinct()];
        throw new PgSslException(
            PgSslError.ContradictoryParameters,
            $"{(names.Length > 1 ? $"{string.Join(" and ", names)} are the same file, {same.Key}, which" : names[0])} cannot be written twice.",
            "Name two different files.");
    }

    /// <summary>The files that could not be deleted, as a sentence; null for none.</summary>
    public static string? Describe(IReadOnlyCollection<string> leftovers) => leftovers.Count == 0 ? null
        : $"Could not be deleted: {string.Join(", ", leftovers)}. Delete them by hand; they may hold a private key.";

    /// <summary>Deletes backups in the directories that are held. Elsewhere a name may lead to another file by now, and that is left alone.</summary>
    private static string[] DropBackups(IFileLayer files, IEnumerable<string> backups, string[] directories)
    {
        var leftovers = new List<string>();
        foreach (string backup in backups.Where(backup => directories.Contains(Path.GetDirectoryName(backup), RealPath.Comparer)))
            FileSwap.Discard(files, backup, leftovers);
        return [.. leftovers];
    }

    /// <summary>Undoes what was done to each file, whatever becomes of the others.</summary>
    /// <returns>The files that could not be deleted.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotRestored"/>: a target is not as it was.</exception>
    private static List<string> PutBack(IFileLayer files, IEnumerable<StagedFile> staged, Exception failure)
    {
        var problems = new List<string>();
        var leftovers = new List<string>();
        files.BeginUndo();
        foreach (StagedFile file in staged.Reverse())
        {
            try
            {
                file.PutBack(leftovers);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                problems.Add(file.Backup is { } backup
                    ? $"{file.Path} (its old content is in {backup}): {problem.Message}"
                    : $"{file.Path}: {problem.Message}");
            }
        }
        if (problems.Count > 0)
            throw new PgSslException(
                PgSslError.FileNotRestored,
                $"A change failed ({PinnedDirectories.Readable(failure.Message)}), and could not be undone completely: " +
                PinnedDirectories.Readable(string.Join("; ", problems.Append(Describe(leftovers)).OfType<string>())),
                "Restore the files by hand before you go on.",
                failure);
        return leftovers;
    }

    internal static PgSslException NotWritten(string path, Exception cause, string? remains = null) => new(
        PgSslError.FileNotWritten,
        $"{path} could not be written: {PinnedDirectories.Readable(cause.Message)} Nothing was changed.{(remains is null ? "" : $" {remains}")}",
        "Check the directory's permissions, the space left on the disk, and which other programs use the file.",
        cause);
}
