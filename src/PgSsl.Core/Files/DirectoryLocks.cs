namespace PgSsl.Files;

/// <summary>Locks on all directories of a change. Everybody takes them in the same order, so two changes cannot wait for each other.</summary>
internal sealed class DirectoryLocks : IDisposable
{
    private readonly Stack<IDisposable> _held = new();

    private DirectoryLocks()
    {
    }

    /// <summary>Whether each directory is locked. Some file systems have no locks.</summary>
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
