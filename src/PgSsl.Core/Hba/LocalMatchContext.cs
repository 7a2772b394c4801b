using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>What decides matches on this machine besides the file: its addresses and networks, and the names that its resolver knows.</summary>
internal static class LocalMatchContext
{
    /// <summary>The context of a server on this machine, for any number of threads.</summary>
    /// <param name="usesDns">Whether the names of clients are looked up, in both directions.</param>
    public static HbaMatchContext Find(bool usesDns)
    {
        var networks = new Lazy<HbaAddress.Network[]>(FindNetworks);
        var names = new ConcurrentDictionary<NumericAddress, string>();
        return new HbaMatchContext
        {
            IsSameHost = address => Array.Exists(networks.Value, network => network.Address == address),
            IsSameNet = address => Array.Exists(networks.Value, network => network.Contains(address)),
            NameOf = usesDns
                ? address => names.GetOrAdd(address, static address => FindName(address.ToIPAddress()))
                : _ => null,
        };
    }

    // ifaddr.c, pg_foreach_ifaddr: each address of each interface, with its mask.
    private static HbaAddress.Network[] FindNetworks() =>
    [
        .. from card in NetworkInterface.GetAllNetworkInterfaces()
           from address in card.GetIPProperties().UnicastAddresses
           let numeric = NumericAddress.Of(address.Address)
           select new HbaAddress.Network(numeric, NumericAddress.Mask(numeric.IsIPv6, address.PrefixLength)),
    ];

    // check_hostname: the name of the address, if that name resolves to the address.
    private static string FindName(IPAddress address)
    {
        try
        {
            string name = Dns.GetHostEntry(address).HostName;
            return Array.Exists(Dns.GetHostAddresses(name), found => NumericAddress.Of(found) == NumericAddress.Of(address)) ? name : "";
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
