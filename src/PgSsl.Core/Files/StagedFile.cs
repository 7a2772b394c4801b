using System.Globalization;
using IoPath = System.IO.Path;

namespace PgSsl.Files;

/// <summary>A file in a <see cref="FileTransaction"/>: the steps to its new content, and the undo of each step.</summary>
internal sealed class StagedFile(IFileLayer files, FileEdit edit)
{
    private string _target = "";
    private FileSnapshot? _old;
    private TemporaryFile? _new;
    private TemporaryFile? _copy;
    private string? _copyName;
    private bool _swapped;
    private bool _inPlaceBegun;

    /// <summary>The file, by the name in the edit.</summary>
    public string Path => edit.Path;

    /// <summary>The canonical path of the file.</summary>
    public string Location { get; private set; } = "";

    /// <summary>The directory of that path.</summary>
    public string Directory => IoPath.GetDirectoryName(Location)!;

    /// <summary>The file with the old content; null while there is none.</summary>
    public string? Backup { get; private set; }

    /// <summary>Whether the new content was written into the existing file.</summary>
    public bool IsWrittenInPlace { get; private set; }

    public void Locate()
    {
        _target = files.FollowLinks(edit.Path);
        Location = files.RealPath(_target);
    }

    /// <summary>Creates the directory. It is not removed on failure, because others may use it by then.</summary>
    public void EnsureDirectory()
    {
        if (files.DirectoryExists(Directory))
            return;
        if (!edit.CreatesDirectory)
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The directory {IoPath.GetDirectoryName(_target)} does not exist, so {edit.Path} cannot be written.",
                "Create the directory, or name another file.");
        files.CreateDirectory(Directory);
    }

    /// <summary>
    /// Deletes files that a killed change left behind. It needs the lock: otherwise they may belong to another change that is running.
    /// </summary>
    public void ClearRemains() => TemporaryFile.ClearRemains(files, _target);

    /// <summary>Writes the new content beside the target.</summary>
    public void Write()
    {
        _old = files.Examine(_target);
        CheckOld();
        if (edit.Content is not { } content)
            return;
        _new = new TemporaryFile(files, _target);
        _new.Write(content, edit.Protection, _old);
    }

    /// <summary>Keeps the old content under a name that says when it was replaced.</summary>
    public void KeepOld(DateTimeOffset at)
    {
        if (_old is null)
            return;
        _copy = new TemporaryFile(files, _target);
        _copy.Write(_old.Content, edit.Protection, _old);
        string stem = $"{_target}.{at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        _copyName = $"{stem}.bak";
        for (int i = 2; files.Read(_copyName) is not null; i++)
            _copyName = $"{stem}-{i}.bak";
        _copy.MoveTo(_copyName, replace: false);
        Backup = _copyName;
    }

    public void Swap()
    {
        _swapped = true;
        if (_new is null)
        {
            files.Delete(_target);
            return;
        }
        try
        {
            _new.MoveTo(_target, replace: _old is not null);
        }
        catch (IOException failure) when (edit.MayWriteInPlace && _old is not null && UnixRename.IsImpossible(failure))
        {
            WriteInPlace(_old, edit.Content!);
        }
    }

    /// <summary>Undoes everything that was done.</summary>
    /// <exception cref="IOException">
    /// It cannot be undone, or another process has changed the file since then: its content stays, and so does the backup.
    /// </exception>
    public void PutBack()
    {
        if (_copy is { IsMoved: true })
            Backup = _copyName;
        byte[]? current = files.Read(_target);
        bool isChanged = _swapped && _new is not { IsMoved: false } && !AreSame(current, _old?.Content);
        _new?.Discard();
        _copy?.Discard();
        if (_inPlaceBegun)
            PutBackInPlace(current, _old!);
        else if (!isChanged)
            Drop(Backup);
        else if (!AreSame(current, edit.Content))
            throw new IOException("somebody else has changed it since, and that is left as it is.");
        else if (Backup is not null)
            files.Move(Backup, _target, replace: true);
        else
            files.Delete(_target);
        Backup = null;
    }

    private void WriteInPlace(FileSnapshot old, byte[] content)
    {
        // If the machine crashes in the middle, only the backup has the old content.
        files.FlushDirectory(Directory);
        _inPlaceBegun = true;
        files.WriteInPlace(_target, content, old.Status?.Identity);
        IsWrittenInPlace = true;
        _new!.Discard();
    }

    /// <summary>
    /// After an interrupted write the file may hold anything. Only after a complete write does different content mean that another process
    /// changed it.
    /// </summary>
    private void PutBackInPlace(byte[]? current, FileSnapshot old)
    {
        if (IsWrittenInPlace && !AreSame(current, edit.Content) && !AreSame(current, old.Content))
            throw new IOException("somebody else has changed it since, and that is left as it is.");
        if (!AreSame(current, old.Content))
            files.WriteInPlace(_target, old.Content, old.Status?.Identity);
        Drop(Backup);
    }

    private void Drop(string? path)
    {
        if (path is not null)
            files.Delete(path);
    }

    private static bool AreSame(byte[]? one, byte[]? other) =>
        one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    private void CheckOld()
    {
        if (_old is not null && !edit.MayReplace)
            throw new PgSslException(
                PgSslError.FileExists,
                $"{edit.Path} exists already, and was not overwritten.",
                "Name another file, or use -Force: then the old file is kept as a backup.");
        if (edit.Expected is { } expected && !AreSame(expected, _old?.Content))
            throw new PgSslException(
                PgSslError.FileChanged,
                $"{edit.Path} was changed by another process in the meantime, so nothing was written.",
                "Run the command again: it starts from the present content.");
    }
}
