using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>The real file system.</summary>
internal sealed class DiskFiles : IFileLayer
{
    private DiskFiles()
    {
    }

    /// <summary>The only instance.</summary>
    public static DiskFiles Instance { get; } = new();

    /// <summary>The file system for one change: on Windows it waits for files that other programs hold.</summary>
    public static IFileLayer Open() => OperatingSystem.IsWindows() ? new PatientFiles(Instance, WindowsAccess.IsHeld) : Instance;

    /// <inheritdoc/>
    public FileTarget FindTarget(string path) => FileTarget.Find(path);

    /// <inheritdoc/>
    public byte[]? Read(string path)
    {
        try
        {
            return RegularFile.Read(At(path), RegularFile.ConfigurationLimit);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public FileSnapshot? Examine(string path)
    {
        try
        {
            using SafeFileHandle file = RegularFile.Open(At(path), followsLink: false);
            byte[] content = RegularFile.Read(file, path, RegularFile.ConfigurationLimit);
            return OperatingSystem.IsWindows()
                ? new FileSnapshot(path, content) { AccessList = WindowsAccess.ListOf(path) }
                : new FileSnapshot(path, content) { Status = UnixStatus.Of(file), Attributes = UnixAttributes.Of(file) };
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public FileIdentity? Identify(string path) => OperatingSystem.IsWindows() ? null : UnixStatus.Of(At(path)).Identity;

    /// <inheritdoc/>
    public IDisposable Pin(IReadOnlyList<string> directories) => PinnedDirectories.Open(directories);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixModes.PrivateDirectory);
    }

    /// <inheritdoc/>
    public FileIdentity? Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, FileSnapshot? like)
    {
        using FileStream file = OperatingSystem.IsWindows()
            ? WindowsAccess.Create(path, protection, like)
            : CreateOnUnix(At(path), protection, like);
        file.Write(content.Span);
        file.Flush(flushToDisk: true);
        return OperatingSystem.IsWindows() ? null : UnixStatus.Of(file.SafeFileHandle).Identity;
    }

    /// <inheritdoc/>
    public void Move(string source, string target, bool replace)
    {
        if (OperatingSystem.IsWindows())
            WindowsAccess.Move(source, target, replace);
        else if (replace)
            UnixRename.Replace(At(source), At(target));
        else if (!UnixRename.TryCreate(At(source), At(target)))
            File.Move(At(source), At(target));
    }

    /// <inheritdoc/>
    public void CheckMayReplace(string path)
    {
        if (OperatingSystem.IsWindows())
            WindowsAccess.CheckMayReplace(path);
    }

    /// <inheritdoc/>
    public bool Exchange(string one, string other) => UnixRename.TryExchange(At(one), At(other));

    /// <inheritdoc/>
    public void WriteInPlace(string path, ReadOnlyMemory<byte> content, FileIdentity? identity) =>
        InPlaceWriter.Write(At(path), content.Span, identity);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(At(path));

    /// <inheritdoc/>
    public void DeleteOwn(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess
                || UnixStatus.Of(At(path)).Owner.UserId == UnixAccount.EffectiveUserId)
                File.Delete(At(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next change tries again.
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) =>
        [.. Directory.GetFiles(PinnedDirectories.Inside(directory)).Select(path => Path.Combine(directory, Path.GetFileName(path)))];

    /// <inheritdoc/>
    public void FlushDirectory(string directory)
    {
        if (!OperatingSystem.IsWindows())
            UnixDirectory.Flush(PinnedDirectories.Inside(directory));
    }

    /// <inheritdoc/>
    public IDisposable? Lock(string directory) =>
        OperatingSystem.IsWindows()
            ? WindowsAccess.Lock(directory, LockTimeout.Limit)
            : UnixLock.Take(directory, LockTimeout.Limit);

    private static string At(string path) => PinnedDirectories.At(path);

    /// <summary>False if only the group could not be changed, because the caller is not a member of it.</summary>
    [UnsupportedOSPlatform("windows")]
    private static bool TryGiveTo(UnixOwner owner, SafeFileHandle file)
    {
        UnixOwner own = UnixStatus.Of(file).Owner;
        if (owner == own)
            return true;
        try
        {
            owner.GiveTo(file);
            return true;
        }
        catch (UnauthorizedAccessException) when (owner.UserId == own.UserId)
        {
            return false;
        }
    }

    /// <summary>If the group is not the intended one, it gets only the rights that everybody has.</summary>
    private static UnixFileMode WithoutGroup(UnixFileMode mode)
    {
        const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        const int GroupAboveOther = 3;
        return (mode & ~Group) | (mode & (UnixFileMode)((int)mode << GroupAboveOther) & Group);
    }

    /// <summary>
    /// Only the owner can use the file until it has its final owner and mode, on which the umask has no effect. The name is used only once: in a
    /// directory of another user it may lead to another file a moment later.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    private static FileStream CreateOnUnix(string path, FileProtection protection, FileSnapshot? like)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = UnixModes.Private,
        });
        try
        {
            UnixFileMode mode = protection.NewMode;
            UnixOwner? owner = protection.Owner ?? like?.Status?.Owner;
            if (like?.Status is { } status)
                mode = protection.ModeInPlaceOf(status.Mode, owner!.Value.UserId == 0);
            bool hasOwner = owner is not { } wanted || TryGiveTo(wanted, file.SafeFileHandle);
            if (!hasOwner)
                mode = WithoutGroup(mode);
            if (like?.Attributes is { } attributes)
                attributes.GiveTo(file.SafeFileHandle, withAccessList: hasOwner);
            else if (protection.IsPrivate)
                UnixAttributes.RemoveAccessList(file.SafeFileHandle);
            // With an access list, this sets the most that the list can give.
            File.SetUnixFileMode(file.SafeFileHandle, mode);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
