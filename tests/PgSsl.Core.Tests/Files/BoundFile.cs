using PgSsl.Testing;

namespace PgSsl.Tests.Files;

/// <summary>A single file that is mounted over another until disposed, as Docker does with a configuration file.</summary>
internal sealed class BoundFile : IDisposable
{
    private readonly string _path;

    private BoundFile(string path) => _path = path;

    /// <summary>Mounts it, or skips the test where that is not to be had.</summary>
    public static BoundFile Mount(string source, string path)
    {
        Mounts.Make("--bind", source, path);
        return new BoundFile(path);
    }

    /// <summary>Forbids to write to it by this name.</summary>
    public void MakeReadOnly() => Mounts.Make("-o", "remount,bind,ro", _path);

    public void Dispose() => Mounts.Remove(_path);
}
