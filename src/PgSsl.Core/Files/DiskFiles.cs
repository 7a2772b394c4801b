using System.Runtime.Versioning;

namespace PgSsl.Files;

/// <summary>The real file system.</summary>
public sealed class DiskFiles : IFileLayer
{
    private DiskFiles()
    {
    }

    /// <summary>The only one.</summary>
    public static DiskFiles Instance { get; } = new();

    /// <inheritdoc/>
    public string FollowLinks(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <inheritdoc/>
    public byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

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
    public void RemoveDirectoryIfEmpty(string path)
    {
        if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
            Directory.Delete(path);
    }

    /// <inheritdoc/>
    public void Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, string? like)
    {
        using FileStream file = OperatingSystem.IsWindows()
            ? WindowsAccess.Create(path, protection, like)
            : CreateOnUnix(path, protection, like);
        file.Write(content.Span);
        file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Move(string source, string target, bool replace) => File.Move(source, target, replace);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory, string pattern) => Directory.GetFiles(directory, pattern);

    /// <inheritdoc/>
    public void FlushDirectory(string directory)
    {
        if (!OperatingSystem.IsWindows())
            UnixDirectory.Flush(directory);
    }

    /// <inheritdoc/>
    public IDisposable? Lock(string directory) =>
        OperatingSystem.IsWindows()
            ? WindowsAccess.Lock(directory, LockTimeout.Patience)
            : UnixDirectory.Lock(directory, LockTimeout.Patience);

    /// <summary>Nobody but the owner can use the file until it is what it is to be; the umask has no say in the end.</summary>
    [UnsupportedOSPlatform("windows")]
    private static FileStream CreateOnUnix(string path, FileProtection protection, string? like)
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
            if (like is not null)
            {
                UnixOwner owner = UnixOwner.Of(like);
                if (owner != UnixOwner.Of(path))
                    owner.GiveTo(path);
                mode = protection.ModeInPlaceOf(File.GetUnixFileMode(like), owner.UserId == 0);
            }
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
