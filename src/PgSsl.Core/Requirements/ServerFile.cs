using PgSsl.Certificates.Trust;
using PgSsl.Files;

namespace PgSsl.Requirements;

/// <summary>A certificate or key file of a server, as it was found or as it is planned: its content, and who may use it.</summary>
internal sealed class ServerFile
{
    private ServerFile(string path) => Path = path;

    /// <summary>The file, absolute.</summary>
    public string Path { get; }

    /// <summary>What it holds; null where it could not be read.</summary>
    public byte[]? Content { get; private init; }

    /// <summary>
    /// Why it could not be read: <see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileUnreadable"/>; null if it could.
    /// </summary>
    public PgSslException? Failure { get; private init; }

    /// <summary>Owner and mode of the file that links lead to; null on Windows, and where they are not known or not decided yet.</summary>
    internal UnixStatus? Status { get; private init; }

    /// <summary>The directories on the way to it, the outermost first.</summary>
    internal IReadOnlyList<(string Path, UnixStatus Status)> Directories { get; private init; } = [];

    /// <summary>Whether an account may read it: its mode and access list, and those of the directories above it.</summary>
    internal bool MayBeReadBy(UnixAccount account) =>
        Status is { } status && account.CanRead(status) && Directories.All(directory => account.CanEnter(directory.Status));

    /// <summary>Reads a file and its permissions. A file that is missing or unreadable is not an error here: see <see cref="Failure"/>.</summary>
    /// <param name="path">An absolute path.</param>
    public static ServerFile Read(string path)
    {
        try
        {
            byte[] content = PemFile.ReadBytes(path);
            return new ServerFile(path) { Content = content, Status = StatusOf(path), Directories = DirectoriesOf(path) };
        }
        catch (PgSslException failure)
        {
            return new ServerFile(path) { Failure = failure, Status = StatusOf(path), Directories = DirectoriesOf(path) };
        }
    }

    /// <summary>A file that is not written yet, or whose permissions do not matter.</summary>
    /// <param name="path">Where it is to be, absolute.</param>
    /// <param name="content">What it is to hold.</param>
    public static ServerFile Planned(string path, byte[] content) => new(path) { Content = content, Directories = DirectoriesOf(path) };

    /// <summary>A file of another machine, whose permissions are not seen.</summary>
    /// <param name="path">The server's name for it.</param>
    /// <param name="content">What it holds.</param>
    public static ServerFile Remote(string path, byte[] content) => new(path) { Content = content };

    /// <summary>A file that another machine does not have.</summary>
    /// <param name="path">The server's name for it.</param>
    public static ServerFile Missing(string path) => new(path)
    {
        Failure = new PgSslException(PgSslError.FileNotFound, $"{path} does not exist on the server's machine.", "Create it, or name another one."),
    };

    private static UnixStatus? StatusOf(string path) => TryLocate(path) is { } target ? Try(target) : null;

    private static List<(string, UnixStatus)> DirectoriesOf(string path)
    {
        var directories = new List<(string, UnixStatus)>();
        for (string? directory = TryLocate(path) is { } target ? Parent(target) : null; directory is not null; directory = Parent(directory))
        {
            if (Try(directory) is { } status)
                directories.Insert(0, (directory, status));
        }
        return directories;
    }

    /// <summary>The file that links lead to; null on Windows, and where they lead in a circle.</summary>
    private static string? TryLocate(string path)
    {
        try
        {
            return OperatingSystem.IsWindows() ? null : RealPath.Of(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? Parent(string path) => System.IO.Path.GetDirectoryName(path);

    private static UnixStatus? Try(string path)
    {
        try
        {
            return UnixStatus.Of(path).WithAccessList(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
