using System.Diagnostics;

namespace PgSsl.Files;

/// <summary>
/// Waits for files that other programs hold for a moment. On Windows a file that is open elsewhere cannot be renamed, replaced or deleted: virus
/// scanners, backups, and each new process of a server, which reads certificate and key, hold it for some milliseconds. PostgreSQL waits likewise
/// (dirmod.c, pgrename and pgunlink: 10 seconds; ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION).
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="isHeld">Whether another program holds a file that the system denied access to; false if this account has no right to it.</param>
internal sealed class PatientFiles(IFileLayer files, Func<string, bool> isHeld) : IFileLayer
{
    // winerror.h, as HRESULTs
    private const int AccessDenied = unchecked((int)0x80070005);
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);

    private bool _isUndo;

    /// <summary>How long a change waits for each file.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the undo of a change waits: a pair of a new key and an old certificate is worse than a late answer.</summary>
    public TimeSpan PatienceOfUndo { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a denial is not believed: a file that is deleted, but still open in another program, denies every access, and is gone in a moment.
    /// </summary>
    public TimeSpan Doubt { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long it waits between two attempts.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public FileTarget FindTarget(string path) => files.FindTarget(path);

    /// <inheritdoc/>
    public byte[]? Read(string path) => Try(() => files.Read(path), path);

    /// <inheritdoc/>
    public FileSnapshot? Examine(string path) => Try(() => files.Examine(path), path);

    /// <inheritdoc/>
    public FileIdentity? Identify(string path) => files.Identify(path);

    /// <inheritdoc/>
    public IDisposable Pin(IReadOnlyList<string> directories) => files.Pin(directories);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => files.CreateDirectory(path);

    /// <inheritdoc/>
    public FileIdentity? Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, FileSnapshot? like) =>
        // Its name is new, so nobody can hold it, and a denial is the directory's.
        files.Create(path, content, protection, like);

    /// <inheritdoc/>
    public void Move(string source, string target, bool replace) => Try(() => files.Move(source, target, replace), source, target);

    /// <inheritdoc/>
    public bool Exchange(string one, string other) => Try(() => files.Exchange(one, other), one, other);

    /// <inheritdoc/>
    public void CheckMayReplace(string path) => Try(() => files.CheckMayReplace(path), path);

    /// <inheritdoc/>
    public void WriteInPlace(string path, ReadOnlyMemory<byte> content, FileIdentity? identity) =>
        Try(() => files.WriteInPlace(path, content, identity), path);

    /// <inheritdoc/>
    public void Delete(string path) => Try(() => files.Delete(path), path);

    /// <inheritdoc/>
    public void DeleteOwn(string path) => files.DeleteOwn(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => files.List(directory);

    /// <inheritdoc/>
    public void FlushDirectory(string directory) => files.FlushDirectory(directory);

    /// <inheritdoc/>
    public IDisposable? Lock(string directory) => files.Lock(directory);

    /// <inheritdoc/>
    public void BeginUndo() => _isUndo = true;

    private void Try(Action step, params string[] paths) => Try(
        () =>
        {
            step();
            return true;
        },
        paths);

    private T Try<T>(Func<T> step, params string[] paths)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return step();
            }
            catch (Exception failure) when (Stopwatch.GetElapsedTime(start) < PatienceFor(failure, paths))
            {
                Thread.Sleep(Pause);
            }
        }
    }

    private TimeSpan PatienceFor(Exception failure, string[] paths) => failure switch
    {
        IOException { HResult: SharingViolation or LockViolation } => _isUndo ? PatienceOfUndo : Patience,
        IOException or UnauthorizedAccessException when failure.HResult == AccessDenied =>
            !Array.Exists(paths, path => isHeld(path)) ? Doubt : _isUndo ? PatienceOfUndo : Patience,
        _ => TimeSpan.Zero,
    };
}
