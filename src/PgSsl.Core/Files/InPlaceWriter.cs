using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// Overwrites a text file and keeps its inode, for files that cannot be replaced by another file.
/// </summary>
/// <remarks>
/// A longer content first claims its space, by blank lines behind the old content, so that a full disk is detected while every old byte is still
/// there. A shorter content is written with blank lines behind it, which are then cut off. So between any two steps the file holds the old or
/// the new content, and blank lines; a mix is possible only within the one write.
/// </remarks>
internal static class InPlaceWriter
{
    private const byte BlankLine = (byte)'\n';

    /// <summary>Writes the file; the content is on the disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be written, or the name leads to another file now.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; nothing was changed.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, FileIdentity? identity)
    {
        using SafeFileHandle file = OperatingSystem.IsWindows()
            ? File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None)
            : UnixOpen.ForWriting(path);
        if (identity is not null && !OperatingSystem.IsWindows() && UnixStatus.Of(file).Identity != identity)
            throw new IOException($"{path} was replaced by another file in the meantime.");
        long length = RandomAccess.GetLength(file);
        if (length < content.Length)
        {
            RandomAccess.Write(file, BlankLines(content.Length - length), length);
            // Network file systems detect only here that there is no space.
            Flush(file);
        }
        RandomAccess.Write(file, length > content.Length ? [.. content, .. BlankLines(length - content.Length)] : content, 0);
        if (length > content.Length)
        {
            Flush(file);
            RandomAccess.SetLength(file, content.Length);
        }
        Flush(file);
    }

    private static byte[] BlankLines(long count)
    {
        byte[] lines = new byte[count];
        Array.Fill(lines, BlankLine);
        return lines;
    }

    private static void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);
}
