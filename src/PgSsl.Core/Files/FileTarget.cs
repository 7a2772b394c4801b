namespace PgSsl.Files;

/// <summary>
/// A file that is to be written, and the rule about it: see docs/decisions/0061. It is a regular file, or does not exist yet; and no link on the
/// way to it was made by somebody who could not write the file without us.
/// </summary>
/// <param name="Path">Its name in the edit.</param>
/// <param name="RealPath">Where links lead to.</param>
/// <param name="Names">How many names the file has: hard links. 0 if it does not exist, or the platform does not tell.</param>
internal sealed record FileTarget(string Path, string RealPath, uint Names)
{
    /// <summary>Finds the file that a path leads to.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnexpectedFile"/>: it is not a regular file, or somebody else's link leads to it.
    /// </exception>
    /// <exception cref="IOException">It cannot be examined.</exception>
    public static FileTarget Find(string path)
    {
        string real = Files.RealPath.Of(path, out IReadOnlyList<string> links);
        if (OperatingSystem.IsWindows())
            return Directory.Exists(real) ? throw NotAFile(path, real, FileType.Directory) : new FileTarget(path, real, 0);
        UnixStatus? status = TryStatus(real);
        if (status is { Identity.Type: not FileType.Regular and var type })
            throw NotAFile(path, real, type);
        foreach (string link in links)
            CheckLink(path, real, link, status);
        return new FileTarget(path, real, status?.Names ?? 0);
    }

    /// <summary>The error for a file that was read because it is to be written: a pipe is the wrong file, and not only unreadable.</summary>
    public static PgSslException AsTarget(PgSslException failure, string path) => failure.InnerException is not UnusableFileException unusable
        ? failure
        : new PgSslException(
            PgSslError.UnexpectedFile, $"{path} is not written: {unusable.Message} Nothing was changed.", "Name a file.", failure);

    /// <summary>Throws if a file holds something that is not replaced by an edit.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedFile"/>.</exception>
    public static void CheckContent(FileEdit edit, string real, ReadOnlySpan<byte> content)
    {
        if (!edit.Kind.Accepts(content))
            throw new PgSslException(
                PgSslError.UnexpectedFile,
                $"{Both(edit.Path, real)} is not written: it should hold {edit.Kind.Content} or be empty, but it holds something else. " +
                "Nothing was changed.",
                "Check whether this is the right file. If it is, move the old one away first.");
    }

    /// <summary>A path, and where it leads to, if that is elsewhere.</summary>
    public static string Both(string path, string real) =>
        Files.RealPath.Comparer.Equals(path, real) ? path : $"{path} (which leads to {real})";

    /// <summary>What is said about the file before it is written; null for nothing.</summary>
    public string? Warning => Names <= 1 ? null
        : $"{RealPath} has {Names} names (hard links). It is replaced by a new file under this name only: the other names keep the old content.";

    /// <summary>Where links lead to, as a line for -WhatIf; null if the path is the real one.</summary>
    public string? Remark => Files.RealPath.Comparer.Equals(Path, RealPath) ? null : $"{Path} leads to {RealPath}: that file is written.";

    private static void CheckLink(string path, string real, string link, UnixStatus? target)
    {
        uint maker = UnixStatus.Of(link).Owner.UserId;
        if (maker == 0 || maker == UnixAccount.EffectiveUserId || MayWrite(UnixAccount.OfUser(maker), real, target))
            return;
        string name = UnixAccount.NameOf(maker);
        throw new PgSslException(
            PgSslError.UnexpectedFile,
            $"{path} is not written: the link {link} belongs to {name} and leads to {real}, which {name} may not write. Nothing was changed.",
            $"Check who made this link. If the file is the right one, name it itself ({real}), or let root make the link.");
    }

    /// <summary>Whether an account could write or replace a file, or create it, by itself.</summary>
    /// <param name="account">The account.</param>
    /// <param name="real">The real path.</param>
    public static bool MayWrite(UnixAccount account, string real) => MayWrite(account, real, TryStatus(real));

    private static bool MayWrite(UnixAccount account, string real, UnixStatus? target)
    {
        uint userId = account.UserId;
        // What belongs to an account can lie where the account does not come: a copy that root keeps.
        if (!MayReach(account, real))
            return false;
        if (target is { } file && (file.Owner.UserId == userId || account.CanWrite(file)))
            return true;
        if (System.IO.Path.GetDirectoryName(real) is not { } directory || TryStatus(directory) is not { } parent || !account.CanWrite(parent))
            return false;
        // In a directory with the sticky bit everybody replaces only their own files (unlink(2)).
        return target is null || parent.Owner.UserId == userId || (parent.Mode & UnixFileMode.StickyBit) == 0;
    }

    private static bool MayReach(UnixAccount account, string real)
    {
        for (string? above = System.IO.Path.GetDirectoryName(real); above is not null; above = System.IO.Path.GetDirectoryName(above))
            if (TryStatus(above) is { } directory && !account.CanEnter(directory))
                return false;
        return true;
    }

    private static UnixStatus? TryStatus(string path)
    {
        try
        {
            return UnixStatus.OfTarget(path, followsLink: false).WithAccessList(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static PgSslException NotAFile(string path, string real, int type) => new(
        PgSslError.UnexpectedFile,
        $"{Both(path, real)} is not written: it is {FileType.Describe(type)}, not a regular file. Nothing was changed.",
        "Name a file.");
}
