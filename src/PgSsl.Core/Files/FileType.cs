namespace PgSsl.Files;

/// <summary>The types of files, as the bits S_IFMT of sys/stat.h.</summary>
internal static class FileType
{
    public const int Pipe = 0x1000;
    public const int CharacterDevice = 0x2000;
    public const int Directory = 0x4000;
    public const int BlockDevice = 0x6000;
    public const int Regular = 0x8000;
    public const int Link = 0xA000;
    public const int Socket = 0xC000;

    /// <summary>A type in words: <c>a directory</c>.</summary>
    public static string Describe(int type) => type switch
    {
        Pipe => "a named pipe",
        CharacterDevice or BlockDevice => "a device",
        Directory => "a directory",
        Link => "a symbolic link",
        Socket => "a socket",
        _ => "not a regular file",
    };
}

/// <summary>A path leads to something that is not read: a directory, a pipe, a socket, a device, or a file that is too large.</summary>
/// <param name="message">A sentence about it.</param>
/// <param name="isDirectory">Whether it is a directory.</param>
internal sealed class UnusableFileException(string message, bool isDirectory = false) : IOException(message)
{
    public bool IsDirectory => isDirectory;
}
