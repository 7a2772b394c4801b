namespace PgSsl.Files;

/// <summary>Locks on all directories of one change, taken in one order by everybody, so that two changes cannot wait for each other.</summary>
internal sealed class DirectoryLocks : IDisposable
{
    private readonly Stack<IDisposable> _held = new();

    private DirectoryLocks()
    {
    }

    /// <summary>Whether each directory is locked; not every file system can.</summary>
    public bool AreComplete { get; private set; } = true;

    public static DirectoryLocks Take(IFileLayer files, IEnumerable<string> directories)
    {
        var locks = new DirectoryLocks();
        try
        {
            foreach (string directory in directories.Order(StringComparer.Ordinal))
                locks.Add(files.Lock(directory));
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        while (_held.TryPop(out IDisposable? held))
            held.Dispose();
    }

    private void Add(IDisposable? held)
    {
        if (held is null)
            AreComplete = false;
        else
            _held.Push(held);
    }
}
