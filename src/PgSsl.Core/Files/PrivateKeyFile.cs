using PgSsl.Common;

namespace PgSsl.Files;

/// <summary>
/// Whether libpq would accept a file as private key: it must be a regular file that nobody else can use. Root may own it with group read
/// (0640); for other owners nobody else may read it (0600). Windows is not checked (fe-secure-openssl.c, initialize_SSL).
/// </summary>
internal static class PrivateKeyFile
{
    private const UnixFileMode GroupWriteOrExecute = UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const UnixFileMode AnyOther = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Throws if libpq would refuse the file because of its type or its mode. Does not open it.</summary>
    /// <param name="path">An absolute path to a file that exists.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidKeyFile"/>, or <see cref="PgSslError.FileUnreadable"/> if owner and mode cannot be read.
    /// </exception>
    public static void CheckAccess(string path)
    {
        if (Directory.Exists(path))
            throw new PgSslException(
                PgSslError.InvalidKeyFile,
                $"Private key file \"{path}\" is a directory, not a regular file.",
                "Name the key file itself.");
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            CheckMode(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable,
                $"Owner and mode of private key file \"{path}\" cannot be read: {exception.Message}",
                "Give the user who runs this the right to search the directories above it.",
                exception);
        }
    }

    /// <summary>That others may use a key that is there, with the command that puts it right; null if not, and where it cannot be seen.</summary>
    /// <param name="path">An absolute path to a file that exists.</param>
    public static string? FindExposure(string path) => Look(path) is { } status && IsExposed(status.Mode, status.Owner.UserId == 0)
        ? $"The key {path} has mode {UnixModes.Text(status.Mode)}: others may have read it. {ExpectedMode(status.Owner.UserId == 0)} "
            + $"{SystemWords.Here.MakePrivate(path)} makes it so; -Force makes a new key."
        : null;

    /// <summary>That a key that is there already belongs to another account than this one; null if not, and where that cannot be seen.</summary>
    /// <param name="path">An absolute path to a file that exists.</param>
    public static string? FindOtherOwner(string path) => Look(path) is { } status && status.Owner.UserId != UnixAccount.EffectiveUserId
        ? $"The key {path} belongs to {UnixAccount.NameOf(status.Owner.UserId)}. If it should belong to this account: "
            + $"{SystemWords.Here.GiveTo(UnixAccount.NameOf(UnixAccount.EffectiveUserId), path)}"
        : null;

    private static UnixStatus? Look(string path)
    {
        try
        {
            return OperatingSystem.IsWindows() ? null : UnixStatus.Of(RealPath.Of(path));
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether group or others have more rights than libpq and the server allow. The group may read a file of root.</summary>
    internal static bool IsExposed(UnixFileMode mode, bool ownedByRoot) =>
        (mode & (AnyOther | GroupWriteOrExecute | (ownedByRoot ? 0 : UnixFileMode.GroupRead))) != 0;

    /// <summary>The modes that are accepted, in a sentence.</summary>
    internal static string ExpectedMode(bool ownedByRoot) => $"Expected is 0600 or less{(ownedByRoot ? ", or 0640 or less as root owns it" : "")}.";

    private static void CheckMode(string path)
    {
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        UnixStatus status = UnixStatus.Of(target);
        bool ownedByRoot = status.Owner.UserId == 0;
        if (IsExposed(status.Mode, ownedByRoot))
            throw new PgSslException(
                PgSslError.InvalidKeyFile,
                $"Private key file \"{path}\" has mode {UnixModes.Text(status.Mode)}: " +
                $"group or others can use it, and libpq refuses that. {ExpectedMode(ownedByRoot)}",
                SystemWords.Here.MakePrivate(path));
    }
}
