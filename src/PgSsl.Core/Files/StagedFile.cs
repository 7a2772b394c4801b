using System.Globalization;
using System.Security.Cryptography;
using IoPath = System.IO.Path;

namespace PgSsl.Files;

/// <summary>One file on its way through a <see cref="FileTransaction"/>, and the way back from each step.</summary>
internal sealed class StagedFile(IFileLayer files, FileEdit edit)
{
    private const string Suffix = ".pgssl-new";

    private string _target = "";
    private bool _createdDirectory;
    private FileSnapshot? _old;
    private FileIdentity? _identity;
    private string? _staged;
    private bool _swapped;

    /// <summary>The file as it was named.</summary>
    public string Path => edit.Path;

    /// <summary>Where the file is, links followed.</summary>
    public string Directory => IoPath.GetDirectoryName(_target)!;

    /// <summary>Where the old content is kept; null while there is none.</summary>
    public string? Backup { get; private set; }

    public void Locate()
    {
        _target = files.FollowLinks(edit.Path);
        if (files.DirectoryExists(Directory))
            return;
        if (!edit.CreatesDirectory)
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The directory {Directory} does not exist, so {edit.Path} cannot be written.",
                "Create the directory, or name another file.");
        files.CreateDirectory(Directory);
        _createdDirectory = true;
    }

    /// <summary>Writes the new content beside the target.</summary>
    /// <param name="mayClearRemains">Whether what a change that was killed left behind is nobody's any more.</param>
    public void Write(bool mayClearRemains)
    {
        string name = IoPath.GetFileName(_target);
        if (mayClearRemains)
        {
            foreach (string remains in files.List(Directory, $".{name}.*{Suffix}"))
                files.Delete(remains);
        }
        _old = files.Examine(_target);
        CheckOld();
        if (edit.Content is not { } content)
            return;
        string staged = IoPath.Combine(Directory, $".{name}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}{Suffix}");
        // Known before it is there: half a file has to go as well.
        _staged = staged;
        _identity = files.Create(staged, content, edit.Protection, _old);
    }

    /// <summary>Keeps the old content under a name that says when it was replaced.</summary>
    public void KeepOld(DateTimeOffset at)
    {
        if (_old is null)
            return;
        string stem = $"{_target}.{at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        string backup = $"{stem}.bak";
        for (int i = 2; files.Read(backup) is not null; i++)
            backup = $"{stem}-{i}.bak";
        Backup = backup;
        files.Create(backup, _old.Content, edit.Protection, _old);
    }

    public void Swap()
    {
        if (_staged is not null && files.Identify(_staged) != _identity)
            throw new IOException($"Somebody has put another file in the place of {_staged}.");
        // From here on the target may be the new file, whatever the next line reports.
        _swapped = true;
        if (_staged is null)
            files.Delete(_target);
        else
            files.Move(_staged, _target, replace: _old is not null);
        _staged = null;
    }

    /// <summary>Undoes whatever has been done.</summary>
    public void PutBack()
    {
        // A rename that was refused (a file that is mounted, or immutable) has changed nothing, and its way back would be refused, too.
        bool isOld = _old is not null && _old.Content.AsSpan().SequenceEqual(files.Read(_target));
        if (_swapped && !isOld && Backup is not null)
            files.Move(Backup, _target, replace: true);
        else if (_swapped && !isOld)
            TakeAwayNew();
        else if (Backup is not null)
            files.Delete(Backup);
        Backup = null;
        if (_staged is not null)
            files.Delete(_staged);
        if (_createdDirectory)
            files.RemoveDirectoryIfEmpty(Directory);
    }

    /// <summary>A rename that did not happen leaves the staged file, and at the target, if anything, somebody else's.</summary>
    private void TakeAwayNew()
    {
        if (_staged is null || files.Read(_staged) is null)
            files.Delete(_target);
    }

    private void CheckOld()
    {
        if (_old is not null && !edit.MayReplace)
            throw new PgSslException(
                PgSslError.FileExists,
                $"{edit.Path} exists already, and is not overwritten.",
                "Name another file, or use -Force: the old one is then kept as a backup.");
        if (edit.Expected is { } expected && !expected.AsSpan().SequenceEqual(_old?.Content))
            throw new PgSslException(
                PgSslError.FileChanged,
                $"{edit.Path} was changed by somebody else in the meantime; nothing has been written.",
                "Run the command again: it starts from what is there now.");
    }
}
