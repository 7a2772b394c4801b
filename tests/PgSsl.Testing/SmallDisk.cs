namespace PgSsl.Testing;

/// <summary>A file system of a few pages, mounted over a directory until disposed: a disk that is soon full, or read-only.</summary>
internal sealed class SmallDisk : IDisposable
{
    public const int Size = 64 * 1024;

    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>Mounts it, or skips the test where that is not to be had: only Linux' root may, and not in every container.</summary>
    public static SmallDisk Mount(string path, string options = "rw")
    {
        Mounts.Make("-t", "tmpfs", "-o", $"size={Size},{options}", "tmpfs", path);
        return new SmallDisk(path);
    }

    public void Dispose() => Mounts.Remove(_path);
}
