namespace PgSsl.Files;

/// <summary>
/// Puts a new file in the place of an old one, and back. What somebody else writes at the same moment is never lost: where the system can, two files
/// exchange their names in one step, so what came out can be looked at, and put back if it is not the file that was planned for. Elsewhere the place
/// is looked at immediately before the rename.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="edit">The edit.</param>
/// <param name="location">The canonical path of the file.</param>
/// <param name="old">The file for which the change was planned; null if there was none.</param>
/// <param name="made">The new file beside it; null if the old one is deleted.</param>
internal sealed class FileSwap(IFileLayer files, FileEdit edit, string location, FileSnapshot? old, TemporaryFile? made)
{
    // What was in the place gets the name that the new file had.
    private readonly TemporaryFile _aside = made ?? new TemporaryFile(files, location);
    private bool _isBegun;

    /// <summary>Looks at the place again, as late as possible.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileExists"/> or <see cref="PgSslError.FileChanged"/>.</exception>
    /// <exception cref="IOException">Another file has replaced the new one.</exception>
    public void Check()
    {
        made?.Check();
        FileSnapshot? now = files.Examine(location);
        if (old is null && now is not null)
            throw Exists();
        if (old is not null && !IsOld(now))
            throw Changed();
        if (old is not null)
            files.CheckMayReplace(location);
    }

    /// <summary>Renames. Between the renames of two files nothing else is done.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileExists"/> or <see cref="PgSslError.FileChanged"/>.</exception>
    /// <exception cref="IOException">It fails.</exception>
    public void Make()
    {
        _isBegun = true;
        try
        {
            if (made is null)
                files.Move(location, _aside.Path, replace: false);
            else if (old is null)
                files.Move(made.Path, location, replace: false);
            else if (!files.Exchange(made.Path, location))
                MoveOver(made, old);
        }
        catch (IOException failure) when (old is null && UnixRename.IsTargetThere(failure))
        {
            throw Exists();
        }
        catch (IOException failure) when (old is not null && UnixRename.IsSourceMissing(failure))
        {
            throw Changed();
        }
    }

    /// <summary>
    /// Looks at what was in the place, and makes it the backup: then even what a program writes into a file that it had open is kept.
    /// </summary>
    /// <param name="backup">The backup; null if none is kept.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileChanged"/>: it is not the old file.</exception>
    /// <exception cref="IOException">It fails.</exception>
    /// <returns>Where it is; null if there is none.</returns>
    public string? KeepOld(string? backup)
    {
        if (old is null || files.Examine(_aside.Path) is not { } aside)
            return backup;
        if (!IsOld(aside))
            throw Changed();
        if (backup is null)
            return _aside.Path;
        const UnixFileMode RunsAsOwner = UnixFileMode.SetUser | UnixFileMode.SetGroup;
        // A backup does not run as anybody, so a copy without that mode is kept.
        if ((aside.Status?.Mode & RunsAsOwner) is { } special && special != 0)
            files.Delete(_aside.Path);
        else
            files.Move(_aside.Path, backup, replace: true);
        return backup;
    }

    /// <summary>Undoes the renames, as far as they were made.</summary>
    /// <param name="backup">The file with the old content; null if there is none.</param>
    /// <param name="leftovers">Gets the files that could not be deleted.</param>
    /// <exception cref="IOException">It cannot be undone, or somebody else has changed the file since then.</exception>
    public void PutBack(string? backup, ICollection<string> leftovers)
    {
        if (!_isBegun || made is { IsInPlace: true })
            return;
        if (made is null)
            Return(leftovers);
        else if (old is null)
            TakeAway(made, leftovers);
        else if ((files.Examine(_aside.Path) is null ? backup : _aside.Path) is { } oldPath)
            Exchange(made, oldPath, leftovers);
        else
            throw new IOException("the content that it had before is in no file any more.");
    }

    /// <summary>Deletes a file, and notes it if that fails.</summary>
    public static void Discard(IFileLayer files, string path, ICollection<string> leftovers)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            leftovers.Add(path);
        }
    }

    private void MoveOver(TemporaryFile mine, FileSnapshot replaced)
    {
        if (!HasContent(files.Examine(location), replaced.Content))
            throw Changed();
        files.Move(mine.Path, location, replace: true);
    }

    private void Return(ICollection<string> leftovers)
    {
        if (files.Examine(_aside.Path) is null)
            return;
        if (files.Examine(location) is not null)
        {
            Discard(files, _aside.Path, leftovers);
            throw Foreign();
        }
        files.Move(_aside.Path, location, replace: false);
    }

    private void TakeAway(TemporaryFile mine, ICollection<string> leftovers)
    {
        if (files.Examine(location) is not { } now)
            return;
        if (!IsMine(mine, now))
            throw Foreign();
        files.Move(location, mine.Path, replace: false);
        if (!IsMine(mine, files.Examine(mine.Path)))
        {
            files.Move(mine.Path, location, replace: false);
            throw Foreign();
        }
        Discard(files, mine.Path, leftovers);
    }

    private void Exchange(TemporaryFile mine, string oldPath, ICollection<string> leftovers)
    {
        FileSnapshot? now = files.Examine(location);
        if (!IsMine(mine, now))
        {
            if (HasContent(now, old!.Content))
                return;
            throw Foreign();
        }
        if (!files.Exchange(oldPath, location))
        {
            files.Move(oldPath, location, replace: true);
            return;
        }
        if (!IsMine(mine, files.Examine(oldPath)))
        {
            files.Exchange(oldPath, location);
            if (!mine.IsAdopted && IsOld(files.Examine(oldPath)))
                Discard(files, oldPath, leftovers);
            throw Foreign();
        }
        if (!mine.IsAdopted)
            Discard(files, oldPath, leftovers);
    }

    private bool IsOld(FileSnapshot? file) => HasContent(file, old!.Content)
        && file!.Status?.Identity == old.Status?.Identity && file.Status?.Owner == old.Status?.Owner && file.Status?.Mode == old.Status?.Mode;

    private bool IsMine(TemporaryFile mine, FileSnapshot? file) =>
        HasContent(file, edit.Content!) && (mine.Identity is null || file!.Status?.Identity == mine.Identity);

    private static bool HasContent(FileSnapshot? file, byte[] content) => file is not null && file.Content.AsSpan().SequenceEqual(content);

    private static IOException Foreign() => new("somebody else has changed it since, and that is left as it is.");

    private PgSslException Exists() => new(
        PgSslError.FileExists,
        $"{edit.Path} was created by another process in the meantime, and was not overwritten.",
        edit.MayReplace ? "Run the command again: it starts from the present content." : "Look at the file. Then name another one, or use -Force.");

    private PgSslException Changed() => new(
        PgSslError.FileChanged,
        $"{edit.Path} was changed by another process in the meantime, so nothing was written.",
        "Run the command again: it starts from the present content.");
}
