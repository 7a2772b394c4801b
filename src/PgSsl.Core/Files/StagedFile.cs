using System.Globalization;
using IoPath = System.IO.Path;

namespace PgSsl.Files;

/// <summary>A file in a <see cref="FileTransaction"/>: the steps to its new content, and the undo of each step.</summary>
/// <param name="files">The file system.</param>
/// <param name="edit">The edit.</param>
/// <param name="isUndo">Whether it undoes another change: then what is replaced is not kept.</param>
internal sealed class StagedFile(IFileLayer files, FileEdit edit, bool isUndo = false)
{
    /// <summary>What is behind a backup's name in the name of its record: docs/decisions/0083.</summary>
    public const string RecordSuffix = ".json";

    private FileSnapshot? _old;
    private FileIdentity? _directory;
    private TemporaryFile? _new;
    private TemporaryFile? _copy;
    private string? _copyName;
    private FileSwap? _swap;
    private bool _inPlaceBegun;

    /// <summary>The file, by the name in the edit.</summary>
    public string Path => edit.Path;

    /// <summary>The canonical path of the file. It has no links, which others could turn to another file meanwhile.</summary>
    public string Location { get; private set; } = "";

    /// <summary>The file as it was; null if it did not exist.</summary>
    public FileSnapshot? Old => _old;

    /// <summary>The directory of that path.</summary>
    public string Directory => IoPath.GetDirectoryName(Location)!;

    /// <summary>The file with the old content; null while there is none.</summary>
    public string? Backup { get; private set; }

    /// <summary>Whether the new content was written into the existing file.</summary>
    public bool IsWrittenInPlace { get; private set; }

    public void Locate() => Location = files.FindTarget(edit.Path).RealPath;

    /// <summary>Finds the file and checks it; changes nothing.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnexpectedFile"/>; <see cref="PgSslError.FileNotWritten"/>: it cannot be examined.
    /// </exception>
    public FileTarget Look()
    {
        try
        {
            FileTarget target = files.FindTarget(edit.Path);
            if (edit.MayReplace && files.Examine(target.RealPath) is { } old)
                FileTarget.CheckContent(edit, target.RealPath, old.Content);
            return target;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FileTransaction.NotWritten(edit.Path, failure);
        }
    }

    /// <summary>Creates the directory. It is not removed on failure, because others may use it by then.</summary>
    public void EnsureDirectory()
    {
        if (files.DirectoryExists(Directory))
        {
            _directory = files.Identify(Directory);
            return;
        }
        if (!edit.CreatesDirectory)
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The directory {Directory} does not exist, so {edit.Path} cannot be written.",
                "Create the directory, or name another file.");
        files.CreateDirectory(Directory);
        _directory = files.Identify(Directory);
    }

    /// <summary>Writes the new content beside the target.</summary>
    public void Write()
    {
        CheckDirectory();
        _old = files.Examine(Location);
        CheckOld();
        if (edit.Content is not { } content)
            return;
        if (FindSource(content) is { } source)
        {
            _new = TemporaryFile.Adopt(files, edit.Source!, source.Status?.Identity);
            return;
        }
        _new = new TemporaryFile(files, Location);
        _new.Write(content, edit.Like is null ? edit.Protection : FileProtection.Same, edit.Like ?? FindModel());
    }

    /// <summary>Keeps the old content under a name that says when it was replaced.</summary>
    public void KeepOld(DateTimeOffset at)
    {
        if (_old is null || isUndo)
            return;
        _copy = new TemporaryFile(files, Location);
        _copy.Write(_old.Content, FileProtection.Same, _old);
        string stem = $"{Location}.{at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        _copyName = $"{stem}.bak";
        // Whoever deletes a backup by hand may leave its record.
        for (int i = 2; files.Read(_copyName) is not null || files.Read(_copyName + RecordSuffix) is not null; i++)
            _copyName = $"{stem}-{i}.bak";
        _copy.MoveTo(_copyName);
        Backup = _copyName;
    }

    /// <summary>Looks at the target again, as late as possible.</summary>
    public void Check()
    {
        CheckDirectory();
        _swap = new FileSwap(files, edit, Location, _old, _new);
        _swap.Check();
    }

    /// <summary>Puts the new content in place.</summary>
    public void Swap()
    {
        try
        {
            _swap!.Make();
        }
        catch (IOException failure) when (edit.MayWriteInPlace && _old is not null && _new is not null && UnixRename.IsImpossible(failure))
        {
            WriteInPlace(_old, edit.Content!);
        }
    }

    /// <summary>Looks at what was in the place, and keeps it.</summary>
    public void KeepReplaced()
    {
        if (!IsWrittenInPlace)
            Backup = _swap!.KeepOld(Backup);
    }

    /// <summary>Undoes everything that was done.</summary>
    /// <param name="leftovers">Gets the files that could not be deleted.</param>
    /// <exception cref="IOException">
    /// It cannot be undone, or another process has changed the file since then: its content stays, and so does the backup.
    /// </exception>
    public void PutBack(ICollection<string> leftovers)
    {
        if (_copy is { IsMoved: true })
            Backup = _copyName;
        try
        {
            if (_inPlaceBegun)
                PutBackInPlace(files.Read(Location), _old!);
            else
                _swap?.PutBack(Backup, leftovers);
        }
        finally
        {
            _new?.Discard(leftovers);
            _copy?.Discard(leftovers);
        }
        if (Backup is not null && !isUndo)
            FileSwap.Discard(files, Backup, leftovers);
        Backup = null;
    }

    /// <summary>
    /// The file that has the content already, if it is the very file that was replaced: elsewhere than on Linux two files cannot exchange names.
    /// </summary>
    private FileSnapshot? FindSource(byte[] content) =>
        OperatingSystem.IsLinux() && edit is { Source: { } source, Like.Status: { } was } && IoPath.GetDirectoryName(source) == Directory
        && files.Examine(source) is { Status: { } now } found && AreSame(found.Content, content)
        && (now.Identity, now.Owner, now.Mode) == (was.Identity, was.Owner, was.Mode) ? found : null;

    private FileSnapshot? FindModel() =>
        edit.InsteadOf is { } model ? files.Examine(files.FindTarget(model).RealPath) : _old;

    private void WriteInPlace(FileSnapshot old, byte[] content)
    {
        // If the machine crashes in the middle, only the backup has the old content.
        files.FlushDirectory(Directory);
        _inPlaceBegun = true;
        files.WriteInPlace(Location, content, old.Status?.Identity);
        IsWrittenInPlace = true;
        if (!_new!.IsAdopted)
            files.Delete(_new.Path);
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
            files.WriteInPlace(Location, old.Content, old.Status?.Identity);
    }

    private static bool AreSame(byte[]? one, byte[]? other) =>
        one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    /// <summary>Whoever owns a directory above can put another one, or a link, in its place.</summary>
    private void CheckDirectory()
    {
        if (files.Identify(Directory) != _directory || !RealPath.Comparer.Equals(files.FindTarget(Location).RealPath, Location))
            throw new IOException($"The directory {Directory} was replaced by another one in the meantime.");
    }

    private void CheckOld()
    {
        if (_old is not null && !edit.MayReplace)
            throw new PgSslException(
                PgSslError.FileExists,
                $"{edit.Path} exists already, and was not overwritten.",
                "Name another file, or use -Force: then the old file is kept as a backup.");
        if (_old is not null)
        {
            FileTarget.CheckContent(edit, Location, _old.Content);
            // Before there is a copy of a key that would have to be deleted.
            files.CheckMayReplace(Location);
        }
        if (edit.Expected is { } expected && !AreSame(expected, _old?.Content))
            throw new PgSslException(
                PgSslError.FileChanged,
                $"{edit.Path} was changed by another process in the meantime, so nothing was written.",
                "Run the command again: it starts from the present content.");
    }
}
