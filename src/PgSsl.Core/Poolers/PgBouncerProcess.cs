using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// The process that runs on a pgbouncer.ini. Its pidfile is only a hint: it may be old, or somebody may have written the number of another
/// process into it, who wants that process to be signalled, or wants to be taken for PgBouncer and get its key. On Linux /proc shows the
/// process (proc(5)): its program, the file that it was started with, and its account.
/// </summary>
/// <param name="Id">The process.</param>
/// <param name="Account">The account that it runs as; null where the system does not say.</param>
internal sealed record PgBouncerProcess(int Id, UnixAccount? Account)
{
    private const string Program = "pgbouncer";

    /// <summary>Finds the process.</summary>
    /// <param name="ini">The configuration that PgBouncer runs with.</param>
    /// <exception cref="PgSslException">
    /// UnsupportedParameter: Windows, or it is not known where the pidfile is. ServerNotReady: the pidfile names no process, or one that is not
    /// the PgBouncer of this configuration. FileUnreadable: the pidfile.
    /// </exception>
    public static PgBouncerProcess Find(PgBouncerIni ini)
    {
        if (OperatingSystem.IsWindows())
            throw new PgSslException(
                PgSslError.UnsupportedParameter, "Windows has no signals, so PgBouncer cannot be told to reload by one.",
                ReloadAdvice.WithoutProcess(isWindows: true));
        if (ini["pidfile"] is not { } path)
            throw new PgSslException(
                PgSslError.UnsupportedParameter, $"{ini.Path} names no pidfile, so it is not known which process to signal.",
                "Set pidfile and restart PgBouncer, or give a role of admin_users for its console.");
        if (!Path.IsPathFullyQualified(path))
            throw new PgSslException(
                PgSslError.UnsupportedParameter,
                $"{ini.Path} names its pidfile by a relative path ({path}), and only PgBouncer knows from which directory.",
                "Write an absolute path into it and restart PgBouncer, or give a role of admin_users for its console.");
        (int? id, uint writer, DateTimeOffset? written) = Read(path);
        if (id is not { } processId || (OperatingSystem.IsLinux() && !Directory.Exists(DirectoryOf(processId))))
            throw NotReady($"The pidfile {path} names no running PgBouncer.");
        // Elsewhere only the wire shows whether it was the right one.
        if (!OperatingSystem.IsLinux())
            return new PgBouncerProcess(processId, null) { Started = written };
        try
        {
            UnixAccount account = UnixAccount.OfUser(UnixStatus.Of(DirectoryOf(processId)).Owner.UserId);
            string? doubt = DoubtProgram(processId) ?? DoubtFile(processId, ini.Path) ?? DoubtAccount(ini, account, path, writer);
            return doubt is null ? new PgBouncerProcess(processId, account) { Started = written } : throw NotReady(
                $"The pidfile {path} names process {processId}, which is not taken for the PgBouncer of {ini.Path}: {doubt}.");
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            throw NotReady($"The pidfile {path} names no running PgBouncer.");
        }
    }

    /// <summary>When it had read its configuration: then it writes its pidfile (main.c, main). Its start is known to the second only.</summary>
    public DateTimeOffset? Started { get; private init; }

    private static string DirectoryOf(int processId) => string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");

    /// <summary>The number in the pidfile, and who wrote it when. PgBouncer writes it after it has become its account (main.c, main).</summary>
    private static (int? Id, uint Writer, DateTimeOffset? Written) Read(string path)
    {
        try
        {
            using SafeFileHandle file = RegularFile.Open(path);
            string line = Encoding.ASCII.GetString(RegularFile.Read(file, path, RegularFile.Limit)).Split('\n')[0].TrimEnd('\r');
            bool isNumber = int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 1;
            return (
                isNumber ? id : null, OperatingSystem.IsWindows() ? 0 : UnixStatus.Of(file).Owner.UserId,
                File.GetLastWriteTimeUtc(file));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, 0, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} cannot be read: {failure.Message}", "Run this as root, or as the account of PgBouncer.", failure);
        }
    }

    /// <summary>Only root, and the process's account in some cases, may see which file it runs; everybody may see its name.</summary>
    private static string? DoubtProgram(int processId)
    {
        const string Deleted = " (deleted)";
        string? program = new FileInfo($"{DirectoryOf(processId)}/exe").LinkTarget;
        // After an update of the package.
        string name = program is null ? File.ReadAllText($"{DirectoryOf(processId)}/comm").TrimEnd('\n')
            : Path.GetFileName(program.EndsWith(Deleted, StringComparison.Ordinal) ? program[..^Deleted.Length] : program);
        return name == Program ? null : "it runs another program";
    }

    private static string? DoubtFile(int processId, string ini)
    {
        string[] arguments = File.ReadAllText($"{DirectoryOf(processId)}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        // Its account may not see it if PgBouncer was started by root.
        string? directory = new FileInfo($"{DirectoryOf(processId)}/cwd").LinkTarget;
        string real = RealPath.Of(ini);
        return arguments.Skip(1).Any(IsIts) ? null : "it was started with another file";

        bool IsIts(string argument) => directory is null && !Path.IsPathFullyQualified(argument)
            ? Path.GetFileName(argument) == Path.GetFileName(ini)
            : RealPath.Of(Path.GetFullPath(argument, directory ?? "/")) == real;
    }

    /// <summary>
    /// Everybody can run PgBouncer's program with this file's name. So its account must be the one that the file names; or the file's owner;
    /// or whoever wrote the pidfile, if not everybody can write one there.
    /// </summary>
    private static string? DoubtAccount(PgBouncerIni ini, UnixAccount account, string pidfile, uint writer)
    {
        if (account.UserId == 0)
            return "it runs as root, and PgBouncer never does";
        if (ini["user"] is { } user)
            return UnixAccount.Find(user)?.UserId == account.UserId ? null : $"it runs as {account.Name}, and not as {user}";
        bool isKnown = account.UserId == UnixAccount.OwnerOf(ini.Path)?.UserId || account.UserId == UnixAccount.EffectiveUserId
            || (account.UserId == writer && !IsOpenToAll(pidfile));
        return isKnown ? null
            : $"it runs as {account.Name}, and neither \"user\" nor the owner of {ini.Path} says that this is PgBouncer's account";
    }

    /// <summary>
    /// Whether everybody could have made a file, or a directory above it. In a directory with the sticky bit nobody replaces root's (unlink(2)).
    /// </summary>
    private static bool IsOpenToAll(string path)
    {
        string real = RealPath.Of(path, out IReadOnlyList<string> links);
        // Whoever can make a link decides who can have made the file.
        return links.Append(real).Any(IsOpen);
    }

    private static bool IsOpen(string child)
    {
        for (string? directory = Path.GetDirectoryName(child); directory is not null; directory = Path.GetDirectoryName(child = directory))
        {
            UnixFileMode mode = UnixStatus.Of(directory).Mode;
            bool isKept = (mode & UnixFileMode.StickyBit) != 0 && UnixStatus.Of(child).Owner.UserId == 0;
            if ((mode & UnixFileMode.OtherWrite) != 0 && !isKept)
                return true;
        }
        return false;
    }

    private static PgSslException NotReady(string message) => new(
        PgSslError.ServerNotReady, message,
        "Start PgBouncer with this file, or check whether it runs with another one. Setting \"user\" in the file says which account it has.");
}
