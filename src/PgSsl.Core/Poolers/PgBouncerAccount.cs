using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>The account that PgBouncer runs as. It gets the key, and it may be given a password.</summary>
internal static class PgBouncerAccount
{
    /// <summary>
    /// The account of the process that runs on a configuration; otherwise the one that the configuration names, or its owner; never root (main.c,
    /// main). Null where it is not known.
    /// </summary>
    public static UnixAccount? Of(PgBouncerIni ini) => OfProcess(ini) ??
        ((ini["user"] is { } user ? UnixAccount.Find(user) : UnixAccount.OwnerOf(ini.Path)) is { UserId: not 0 } account ? account : null);

    private static UnixAccount? OfProcess(PgBouncerIni ini)
    {
        try
        {
            return PgBouncerProcess.Find(ini).Account;
        }
        catch (PgSslException)
        {
            return null;
        }
    }
}
