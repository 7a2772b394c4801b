using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PgSsl.Files;

/// <summary>Which account of this machine is at the other end of a connection.</summary>
internal static class SocketPeer
{
    /// <summary>Finds the account.</summary>
    /// <param name="socket">The connection. Over TCP something must have been received, because before it is accepted it counts as root's.</param>
    /// <returns>Null if the system does not say: Windows, TCP elsewhere than on Linux, and another machine.</returns>
    public static uint? UserOf(Socket socket)
    {
        if (socket.LocalEndPoint is not IPEndPoint ours || socket.RemoteEndPoint is not IPEndPoint its)
            return ListenerOf(socket);
        return OperatingSystem.IsLinux() ? AccepterOf(Plain(its), Plain(ours)) : null;
    }

    /// <summary>The account that listens at a Unix-domain socket (unix(7), SO_PEERCRED; macOS: unix(4), LOCAL_PEERCRED).</summary>
    private static uint? ListenerOf(Socket socket)
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
    /// it is accepted. The table may have many thousand lines, of connections that have ended as well.
    /// </summary>
    private static uint? AccepterOf(IPEndPoint its, IPEndPoint ours)
    {
        foreach (string table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            bool isVersion6 = table.EndsWith('6');
            if (!File.Exists(table) || (!isVersion6 && its.AddressFamily == AddressFamily.InterNetworkV6))
                continue;
            // Number, its address, our address, state, queues, timer, retransmissions, user.
            const string Established = "01";
            string wanted = $" {Write(its, isVersion6)} {Write(ours, isVersion6)} {Established} ";
            foreach (string line in File.ReadLines(table))
            {
                if (line.Contains(wanted, StringComparison.Ordinal))
                    return uint.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[7], CultureInfo.InvariantCulture);
            }
        }
        return null;
    }

    /// <summary>Words of an address in the network's order, each shown as a number of this machine (tcp_ipv4.c, get_tcp4_sock).</summary>
    private static string Write(IPEndPoint place, bool isVersion6)
    {
        byte[] address = (isVersion6 ? place.Address.MapToIPv6() : place.Address).GetAddressBytes();
        var text = new StringBuilder();
        for (int at = 0; at < address.Length; at += 4)
            text.Append(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(address, at):X8}");
        return text.Append(CultureInfo.InvariantCulture, $":{place.Port:X4}").ToString();
    }

    /// <summary>An address of version 4 can be written as one of version 6. A zone is a number of the interface, which the table has not.</summary>
    private static IPEndPoint Plain(IPEndPoint place) => new(
        place.Address.IsIPv4MappedToIPv6 ? place.Address.MapToIPv4() : new IPAddress(place.Address.GetAddressBytes()), place.Port);
}
