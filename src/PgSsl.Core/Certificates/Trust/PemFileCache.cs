using Microsoft.Win32.SafeHandles;
using PgSsl.Files;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// Files of certificates that this process has read, each for as long as it stays the same file with the same content. A bundle of an
/// operating system's roots takes tens of milliseconds to parse, so it is parsed once and not by every cmdlet. Safe for concurrent use.
/// </summary>
/// <param name="clock">Tells how old a file is.</param>
internal sealed class PemFileCache(TimeProvider clock)
{
    /// <summary>How many files are kept. A bundle takes about a megabyte.</summary>
    internal const int Capacity = 16;

    // Two writes soon after each other can leave the same time stamp. So a file that has just been written is not kept.
    private static readonly TimeSpan MinimumAge = TimeSpan.FromSeconds(2);

    private readonly object _lock = new();

    // The file that was used last is the last one.
    private readonly List<Entry> _entries = [];

    /// <summary>The process's.</summary>
    public static PemFileCache Shared { get; } = new(TimeProvider.System);

    /// <summary>As <see cref="PemFile.Read"/>, but a file that has not changed is not parsed again. A file that cannot be used is not kept.</summary>
    public PemContents Read(string path)
    {
        if (StampOf(path) is not { } stamp || clock.GetUtcNow().UtcDateTime - stamp.Changed < MinimumAge)
            return PemFile.Read(path);
        // The stamp is older than the content: if somebody writes in between, the next call finds another stamp.
        Entry entry = GetOrAdd(path, stamp);
        try
        {
            return entry.Contents.Value;
        }
        catch (PgSslException)
        {
            lock (_lock)
                _entries.Remove(entry);
            throw;
        }
    }

    /// <summary>Null where the file cannot be opened: reading it says why.</summary>
    private static FileStamp? StampOf(string path)
    {
        try
        {
            using SafeFileHandle file = RegularFile.Open(path);
            return FileStamp.Of(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private Entry GetOrAdd(string path, FileStamp stamp)
    {
        lock (_lock)
        {
            Entry? entry = _entries.Find(known => known.Path == path);
            if (entry is not null)
                _entries.Remove(entry);
            else if (_entries.Count == Capacity)
                _entries.RemoveAt(0);
            if (entry?.Stamp != stamp)
                entry = new Entry(path, stamp);
            _entries.Add(entry);
            return entry;
        }
    }

    private sealed class Entry(string path, FileStamp stamp)
    {
        public string Path => path;

        public FileStamp Stamp => stamp;

        /// <summary>Whoever comes while another thread parses the file waits for that.</summary>
        public Lazy<PemContents> Contents { get; } = new(() => PemFile.Read(path));
    }
}
