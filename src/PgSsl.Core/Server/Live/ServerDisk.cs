using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PgSsl.Files;

namespace PgSsl.Server.Live;

/// <summary>
/// Whether the files of a server are those on this machine's disk. A path says nothing: another machine has the same layout, behind a tunnel
/// loopback is another machine, and a container has a disk of its own.
/// </summary>
internal static class ServerDisk
{
    // Written by the postmaster when it starts, readable by its account alone; its first line is the postmaster's process id
    // (miscinit.c, CreateLockFile; pidfile.h).
    private const string PidFile = "postmaster.pid";

    // One that is missing is NULL, and not an error: Npgsql closes a session after errors of class 58.
    private const string Content = "SELECT encode(pg_read_binary_file($1, 0, 4096, true), 'base64') AS content";

    /// <summary>Finds out.</summary>
    /// <param name="session">A session with the server.</param>
    /// <param name="dataDirectory">Where the server says that its data directory is; null where the role may not see it.</param>
    /// <param name="processId">The process that serves the session, as the server says.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>
    /// The process id of its postmaster, if the server reads the same postmaster.pid that lies here, or, if the role may not read it there, if
    /// the session's process is a child of the postmaster that lies here; and if no other account than that of the directory answers. Null if
    /// neither is shown.
    /// </returns>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<int?> FindPostmasterAsync(
        IServerSession session, string? dataDirectory, int? processId, CancellationToken cancellationToken)
    {
        if (dataDirectory is null || ReadPidFile(dataDirectory) is not var (here, owner) || PostmasterIn(here) is not { } postmaster)
            return null;
        // Everybody can see the processes of a server and guess what is in its file. Only its account can answer under its own number. On Linux it
        // is always known whose program of this machine answers, so another machine answers if it is not.
        if (!session.IsPooled && session.PeerUser != owner && (session.PeerUser is not null || OperatingSystem.IsLinux()))
            return null;
        try
        {
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(
                Content, [PidFile], cancellationToken).ConfigureAwait(false);
            return rows.Only().GetBase64("content") is { } there && there.AsSpan().SequenceEqual(here) ? postmaster : null;
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return processId is { } child && session.PeerUser == owner && ParentOf(child) == postmaster ? postmaster : null;
        }
    }

    /// <summary>Throws if the files of a server are not here, as they are to be changed here.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ServerElsewhere"/>.</exception>
    public static void Demand(LiveServer server, string remedy)
    {
        if (!server.FilesAreHere)
            throw new PgSslException(
                PgSslError.ServerElsewhere,
                $"It is not shown that {server.Session.Host} runs on this machine's files: " +
                (server.DataDirectory is { } directory
                    ? $"{directory}/{PidFile} of this machine is not the server's, does not exist, or cannot be read; " +
                        "or others than the server's account may use the directory. "
                    : $"role {server.Session.UserName} may not see its data directory. ") +
                "Nothing was changed.",
                remedy);
    }

    /// <summary>Sends the postmaster SIGHUP, if it runs on this machine, and it is certain which process it is.</summary>
    /// <returns>Whether the signal was sent.</returns>
    public static bool TryHangUp(LiveServer server)
    {
        // The process may have ended, and another one may have its number. A postmaster works in its data directory (ChangeToDataDir).
        if (!server.FilesAreHere || !OperatingSystem.IsLinux() || ReadPidFile(server.DataDirectory!) is not var (content, _)
            || PostmasterIn(content) is not { } id
            || new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/cwd")).LinkTarget != RealPath.Of(server.DataDirectory!))
            return false;
        try
        {
            UnixSignal.HangUp(id);
            return true;
        }
        catch (PgSslException)
        {
            return false;
        }
    }

    /// <summary>
    /// A server is not run by root, and its data directory belongs to its account alone (main.c, check_root; miscinit.c, checkDataDir). In another
    /// directory, such as /tmp, anybody could have written the file.
    /// </summary>
    private static (byte[] Content, uint Owner)? ReadPidFile(string dataDirectory)
    {
        try
        {
            // The server names the directory, so a pipe may wait there.
            string path = Path.Combine(dataDirectory, PidFile);
            using SafeFileHandle file = RegularFile.Open(path);
            byte[] content = RegularFile.Read(file, path, 4096);
            if (OperatingSystem.IsWindows())
                return (content, 0);
            const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            UnixStatus directory = UnixStatus.OfTarget(dataDirectory);
            uint owner = directory.Owner.UserId;
            bool isServers = owner != 0 && UnixStatus.Of(file).Owner.UserId == owner && (directory.Mode & Others) == 0;
            return isServers ? (content, owner) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static int? PostmasterIn(byte[] pidFile)
    {
        ReadOnlySpan<byte> line = pidFile.AsSpan();
        int end = line.IndexOf((byte)'\n');
        return int.TryParse(end < 0 ? line : line[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
    }

    /// <summary>Linux: the fourth field of stat, behind a name in parentheses that may hold anything (proc_pid_stat(5)).</summary>
    private static int? ParentOf(int processId)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
