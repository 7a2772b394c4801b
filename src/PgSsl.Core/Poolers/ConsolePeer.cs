using System.Globalization;
using System.Net;
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
        uint? user = socket.LocalEndPoint is IPEndPoint local && socket.RemoteEndPoint is IPEndPoint remote
            ? OperatingSystem.IsLinux() ? AccepterOf(remote, local) : null
            : PeerOf(socket);
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
        "Without -Credential, PgBouncer is reloaded by a signal.");

    private bool IsAllowed(uint user) => user == 0 || user == UnixAccount.EffectiveUserId || user == account?.UserId;

    /// <summary>The account that listens at a Unix-domain socket (unix(7), SO_PEERCRED; macOS: unix(4), LOCAL_PEERCRED).</summary>
    private static uint? PeerOf(Socket socket)
    {
        if (OperatingSystem.IsWindows())
            return null;
        // struct ucred: process, user, group. struct xucred: version, user, groups.
        (int level, int option) = OperatingSystem.IsMacOS() ? (0, 1) : (1, 17);
        byte[] credentials = new byte[OperatingSystem.IsMacOS() ? 76 : 12];
        return socket.GetRawSocketOption(level, option, credentials) >= 8 ? BitConverter.ToUInt32(credentials, 4) : null;
    }

    /// <summary>
    /// Linux: the account that accepted a connection at the loopback address (proc(5), /proc/net/tcp); null where it is not listed. Root's until
    /// it is accepted.
    /// </summary>
    private static uint? AccepterOf(IPEndPoint its, IPEndPoint ours)
    {
        const string Established = "01";
        foreach (string table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (!File.Exists(table))
                continue;
            foreach (string line in File.ReadLines(table).Skip(1))
            {
                // Number, its address, our address, state, queues, timer, retransmissions, user.
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 7 && fields[3] == Established && Parse(fields[1]).Equals(its) && Parse(fields[2]).Equals(ours))
                    return uint.Parse(fields[7], CultureInfo.InvariantCulture);
            }
        }
        return null;
    }

    /// <summary>Words of an address in the network's order, each shown as a number of this machine.</summary>
    private static IPEndPoint Parse(string text)
    {
        string[] parts = text.Split(':');
        byte[] address = new byte[parts[0].Length / 2];
        for (int at = 0; at < address.Length; at += 4)
        {
            uint word = uint.Parse(parts[0].AsSpan(2 * at, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            BitConverter.TryWriteBytes(address.AsSpan(at), word);
        }
        var parsed = new IPAddress(address);
        return new IPEndPoint(
            parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed, int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
