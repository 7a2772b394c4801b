using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// Reads files that other people can choose. Only a regular file of a bounded size is read: a named pipe would never end, nor would a device.
/// </summary>
/// <remarks>
/// The type is looked at twice. Before the file is opened, because opening a device can have effects; and on the open handle, because the name
/// can lead to another file by then. The handle never waits (O_NONBLOCK).
/// </remarks>
internal static class RegularFile
{
    /// <summary>The largest file with certificates, keys, passwords or services. The bundle of an operating system has 0.3 MB.</summary>
    public const int Limit = 64 << 20;

    /// <summary>The largest configuration file. A pg_hba.conf with a million rules has 50 to 100 MB.</summary>
    public const int ConfigurationLimit = 512 << 20;

    private const string Null = "/dev/null";
    private const int FirstBuffer = 4096;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followsLink">Whether the path may be a symbolic link.</param>
    /// <exception cref="UnusableFileException">It is not a regular file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static SafeFileHandle Open(string path, bool followsLink = true)
    {
        if (OperatingSystem.IsWindows())
            return OpenOnWindows(path);
        Check(UnixStatus.OfTarget(path, followsLink), path);
        SafeFileHandle file = UnixOpen.ForReading(path, followsLink);
        try
        {
            Check(UnixStatus.Of(file), path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a whole file. The null device is read as an empty file: people set variables such as PGSERVICEFILE to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <exception cref="UnusableFileException">It is not a regular file, or is too large.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string path, int limit = Limit)
    {
        if (path == Null)
            return [];
        using SafeFileHandle file = Open(path);
        return Read(file, path, limit);
    }

    /// <summary>Reads an open file from its beginning.</summary>
    /// <exception cref="UnusableFileException">It is too large.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(SafeFileHandle file, string path, int limit)
    {
        long length = RandomAccess.GetLength(file);
        if (length > limit)
            throw TooLarge(path, limit);
        // Files of /proc have length 0, and a file can grow while it is read. The additional byte shows the end.
        byte[] content = new byte[Math.Max(length + 1, length == 0 ? FirstBuffer : 0)];
        int count = 0;
        for (int read; (read = RandomAccess.Read(file, content.AsSpan(count), count)) > 0;)
        {
            count += read;
            if (count > limit)
                throw TooLarge(path, limit);
            if (count == content.Length)
                Array.Resize(ref content, (int)Math.Min(2L * count, limit + 1L));
        }
        Array.Resize(ref content, count);
        return content;
    }

    internal static void Check(UnixStatus status, string path)
    {
        int type = status.Identity.Type;
        if (type != FileType.Regular)
            throw new UnusableFileException($"{path} is {FileType.Describe(type)}, and only a regular file is read.", type == FileType.Directory);
    }

    private static UnusableFileException TooLarge(string path, int limit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path} has more than {limit >> 20} MB, which is the most that is read."));

    /// <summary>Pipes and devices cannot seek.</summary>
    private static SafeFileHandle OpenOnWindows(string path)
    {
        if (Directory.Exists(path))
            throw new UnusableFileException($"{path} is a directory, and only a regular file is read.", isDirectory: true);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        if (stream.CanSeek)
            return stream.SafeFileHandle;
        stream.Dispose();
        throw new UnusableFileException($"{path} is a pipe or a device, and only a regular file is read.");
    }
}
