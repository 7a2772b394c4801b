using System.Net.Sockets;
using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// Who answers at the admin console. Another local user can make a socket in /tmp, or listen at the loopback address, before PgBouncer does; and
/// would be sent the administrator's password. So the account of the program that answers is root's, PgBouncer's, or the caller's own.
/// </summary>
/// <param name="account">PgBouncer's account; null where it is not known.</param>
internal sealed class ConsolePeer(UnixAccount? account)
{
    /// <summary>Whether the owner of a socket's file may be PgBouncer.</summary>
    /// <exception cref="IOException">It cannot be examined.</exception>
    public bool MayOwn(string socket) => OperatingSystem.IsWindows() || IsAllowed(UnixStatus.OfTarget(socket).Owner.UserId);

    /// <summary>Throws if another account answers.</summary>
    /// <param name="socket">The connection, over which the program has answered: the system does not know it sooner over TCP.</param>
    /// <param name="place">Its name.</param>
    /// <returns>Whether it is known that PgBouncer's account answers; false where the system does not say.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.UntrustedPeer"/>.</exception>
    public bool Check(Socket socket, string place)
    {
        uint? user = SocketPeer.UserOf(socket);
        if (user is { } found && !IsAllowed(found))
            throw Stranger(place, found);
        return user is not null;
    }

    /// <summary>The error for a stranger.</summary>
    public PgSslException Stranger(string place, uint user) => new(
        PgSslError.UntrustedPeer,
        $"{place} belongs to {UnixAccount.NameOf(user)}, and not to root or " +
        (account is null ? "PgBouncer's account, which is not known. " : $"PgBouncer's account, {account.Name}. ") + "No password was sent to it.",
        "Check who listens there: PgBouncer is not what answers. If it is, set \"user\" in pgbouncer.ini to its account. " +
        ReloadAdvice.WithoutPassword(OperatingSystem.IsWindows()));

    private bool IsAllowed(uint user) => user == 0 || user == UnixAccount.EffectiveUserId || user == account?.UserId;
}
