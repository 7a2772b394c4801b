using PgSsl.Files;

namespace PgSsl.Testing;

/// <summary>The disk, with a fault at one step: that step fails (a full disk), or everything ends there (the process is killed).</summary>
internal sealed class FaultyFiles : IFileLayer
{
    private readonly int _faultyStep;
    private readonly Fault _fault;

    private FaultyFiles(int faultyStep, Fault fault) => (_faultyStep, _fault) = (faultyStep, fault);

    /// <summary>Faultless: counts the steps.</summary>
    public FaultyFiles()
        : this(int.MaxValue, Fault.Failure)
    {
    }

    private enum Fault { Failure, FailureAfterHalf, Death, DeathAfterHalf, NoRename, ReadOnly, NoExchange }

    public int Steps { get; private set; }

    /// <summary>Files onto which nothing can be renamed, as onto mount points.</summary>
    public IReadOnlyCollection<string> Mounted { get; init; } = [];

    /// <summary>Looked at before every step, and after the fault.</summary>
    public Action Watch { get; init; } = () => { };

    /// <summary>The step fails without any effect.</summary>
    public static FaultyFiles FailingAt(int step, Action? watch = null) => new(step, Fault.Failure) { Watch = watch ?? (() => { }) };

    /// <summary>The step fails half done: half a file is written, a rename has happened and is reported as failed.</summary>
    public static FaultyFiles FailingHalfWayThrough(int step) => new(step, Fault.FailureAfterHalf);

    /// <summary>The same faults, where nothing can be renamed onto some files.</summary>
    public FaultyFiles WithMounted(params string[] paths) => new(_faultyStep, _fault) { Watch = Watch, Mounted = paths };

    /// <summary>No file can be renamed.</summary>
    public static FaultyFiles WithoutRenames() => new(int.MaxValue, Fault.NoRename);

    /// <summary>From the step on, the file system is read-only.</summary>
    public static FaultyFiles ReadOnlyFrom(int step) => new(step, Fault.ReadOnly);

    /// <summary>Two files cannot exchange their names, as on other systems than Linux.</summary>
    public static FaultyFiles WithoutExchange(Action watch) => new(int.MaxValue, Fault.NoExchange) { Watch = watch };

    /// <summary>The process is gone before the step.</summary>
    public static FaultyFiles KilledBefore(int step, Action? watch = null) => new(step, Fault.Death) { Watch = watch ?? (() => { }) };

    /// <summary>The process is gone with the step half done.</summary>
    public static FaultyFiles KilledWithin(int step, Action? watch = null) => new(step, Fault.DeathAfterHalf) { Watch = watch ?? (() => { }) };

    public FileTarget FindTarget(string path) => Do(() => DiskFiles.Instance.FindTarget(path));

    public byte[]? Read(string path) => Do(() => DiskFiles.Instance.Read(path));

    public FileSnapshot? Examine(string path) => Do(() => DiskFiles.Instance.Examine(path));

    public FileIdentity? Identify(string path) => Do(() => DiskFiles.Instance.Identify(path));

    public IDisposable Pin(IReadOnlyList<string> directories) => Do(() => DiskFiles.Instance.Pin(directories));

    public bool DirectoryExists(string path) => Do(() => DiskFiles.Instance.DirectoryExists(path));

    public void CreateDirectory(string path) => Do(() => DiskFiles.Instance.CreateDirectory(path));

    public FileIdentity? Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, FileSnapshot? like) => Change(
        () => DiskFiles.Instance.Create(path, content, protection, like),
        half: () => DiskFiles.Instance.Create(path, content[..(content.Length / 2)], protection, like));

    public bool Exchange(string one, string other) => _fault != Fault.NoExchange && Change(
        () =>
        {
            if (_fault == Fault.NoRename)
                throw new IOException("Operation not supported");
            // errno.h: EBUSY
            if (Mounted.Contains(other))
                throw new IOException("Device or resource busy", 16);
            return DiskFiles.Instance.Exchange(one, other);
        },
        half: () =>
        {
            if (!Mounted.Contains(other))
                DiskFiles.Instance.Exchange(one, other);
        });

    public void DeleteOwn(string path) => Do(() => DiskFiles.Instance.DeleteOwn(path));

    public void Move(string source, string target, bool replace) => Change(
        () =>
        {
            if (_fault == Fault.NoRename)
                throw new IOException("Operation not supported");
            // errno.h: EBUSY
            if (Mounted.Contains(target))
                throw new IOException("Device or resource busy", 16);
            DiskFiles.Instance.Move(source, target, replace);
        },
        half: () =>
        {
            if (!Mounted.Contains(target))
                DiskFiles.Instance.Move(source, target, replace);
        });

    public void WriteInPlace(string path, ReadOnlyMemory<byte> content, FileIdentity? identity) => Change(
        () => DiskFiles.Instance.WriteInPlace(path, content, identity),
        half: () => DiskFiles.Instance.WriteInPlace(
            path, (byte[])[.. content[..(content.Length / 2)].Span, .. File.ReadAllBytes(path).AsSpan(content.Length / 2)], identity));

    public void Delete(string path) => Change(() => DiskFiles.Instance.Delete(path));

    public IReadOnlyList<string> List(string directory) => Do(() => DiskFiles.Instance.List(directory));

    public void FlushDirectory(string directory) => Do(() => DiskFiles.Instance.FlushDirectory(directory));

    public IDisposable? Lock(string directory) => Do(() => DiskFiles.Instance.Lock(directory));

    private void Do(Action step, Action? half = null) => Do<object?>(Function(step), half);

    private void Change(Action step, Action? half = null) => Change<object?>(Function(step), half);

    private T Change<T>(Func<T> step, Action? half = null) => Do(
        () =>
        {
            // errno.h: EROFS
            if (_fault == Fault.ReadOnly && Steps > _faultyStep)
                throw new IOException("Read-only file system", 30);
            return step();
        },
        half);

    private static Func<object?> Function(Action step) => () =>
    {
        step();
        return null;
    };

    private T Do<T>(Func<T> step, Action? half = null)
    {
        Watch();
        int number = Steps++;
        bool isDead = number > _faultyStep && _fault is Fault.Death or Fault.DeathAfterHalf;
        if (number == _faultyStep && _fault is Fault.FailureAfterHalf or Fault.DeathAfterHalf)
            half?.Invoke();
        if (number == _faultyStep && _fault is Fault.Failure or Fault.FailureAfterHalf)
            throw new IOException("No space left on device");
        if ((number == _faultyStep && _fault != Fault.ReadOnly) || isDead)
            throw new KilledException();
        return step();
    }
}
