using PgSsl.Files;

namespace PgSsl.Testing;

/// <summary>
/// The disk as Windows behaves while another program has a file open: it can be read, but it is not renamed, replaced or deleted. Or this account may
/// not do that.
/// </summary>
/// <param name="fault">Called before a file is renamed, replaced or deleted: throws while that is impossible.</param>
internal sealed class HeldFiles(Action<string> fault) : IFileLayer
{
    // winerror.h, as HRESULTs
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>What Windows says of a file that is open in another program.</summary>
    public static IOException InUse => new("The process cannot access the file because it is being used by another process.", SharingViolation);

    /// <summary>What Windows says if the right is missing; and, of a rename, also if the target is open in another program.</summary>
    public static UnauthorizedAccessException Denied => new("Access to the path is denied.");

    public bool IsUndo { get; private set; }

    public FileTarget FindTarget(string path) => DiskFiles.Instance.FindTarget(path);

    public byte[]? Read(string path) => DiskFiles.Instance.Read(path);

    public FileSnapshot? Examine(string path) => DiskFiles.Instance.Examine(path);

    public FileIdentity? Identify(string path) => DiskFiles.Instance.Identify(path);

    public IDisposable Pin(IReadOnlyList<string> directories) => DiskFiles.Instance.Pin(directories);

    public bool DirectoryExists(string path) => DiskFiles.Instance.DirectoryExists(path);

    public void CreateDirectory(string path) => DiskFiles.Instance.CreateDirectory(path);

    public FileIdentity? Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, FileSnapshot? like) =>
        DiskFiles.Instance.Create(path, content, protection, like);

    public void Move(string source, string target, bool replace)
    {
        fault(source);
        fault(target);
        DiskFiles.Instance.Move(source, target, replace);
    }

    // Windows cannot.
    public bool Exchange(string one, string other) => false;

    public void CheckMayReplace(string path) => fault(path);

    public void WriteInPlace(string path, ReadOnlyMemory<byte> content, FileIdentity? identity) =>
        DiskFiles.Instance.WriteInPlace(path, content, identity);

    public void Delete(string path)
    {
        fault(path);
        DiskFiles.Instance.Delete(path);
    }

    public void DeleteOwn(string path) => DiskFiles.Instance.DeleteOwn(path);

    public IReadOnlyList<string> List(string directory) => DiskFiles.Instance.List(directory);

    public void FlushDirectory(string directory) => DiskFiles.Instance.FlushDirectory(directory);

    public IDisposable? Lock(string directory) => DiskFiles.Instance.Lock(directory);

    public void BeginUndo() => IsUndo = true;
}
