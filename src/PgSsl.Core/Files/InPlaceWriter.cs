using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// Writes a text file anew without giving it another inode: what is left to do where its name cannot be given to another file.
/// </summary>
/// <remarks>
/// A longer content first claims its space, with blank lines behind the old one, so that a full disk is found out while every old byte
/// is there. A shorter one is written with blank lines behind it, and these are cut off. So between any two steps the file holds the old
/// content or the new one, and blank lines; a mix is possible only within the one write.
/// </remarks>
internal static class InPlaceWriter
{
    private const byte BlankLine = (byte)'\n';

    /// <summary>Writes it; on the disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be written, or the name leads to another file by now.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; nothing has changed.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, FileIdentity? identity)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None);
        if (identity is not null && !OperatingSystem.IsWindows() && UnixStatus.Of(file).Identity != identity)
            throw new IOException($"Somebody has put another file in the place of {path}.");
        long length = RandomAccess.GetLength(file);
        if (length < content.Length)
        {
            RandomAccess.Write(file, BlankLines(content.Length - length), length);
            // Network file systems find out here, not earlier, that there is no space.
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
