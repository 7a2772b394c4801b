using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>What decides matches on this machine: its own addresses and networks, and the names that its resolver knows.</summary>
public static class HbaLocalSurroundings
{
    /// <summary>The surroundings of a server on this machine.</summary>
    /// <param name="usesDns">Whether names of clients are looked up, in both directions.</param>
    public static HbaSurroundings Find(bool usesDns)
    {
        var networks = new Lazy<HbaAddress.Network[]>(FindNetworks);
        var names = new Dictionary<NumericAddress, string>();
        return new HbaSurroundings
        {
            IsSameHost = address => Array.Exists(networks.Value, network => network.Address == address),
            IsSameNet = address => Array.Exists(networks.Value, network => network.Contains(address)),
            NameOf = usesDns ? address => names.TryGetValue(address, out string? known) ? known : names[address] = FindName(address.ToIPAddress()) : _ => null,
        };
    }

    /// <summary>The addresses of this machine that others reach it at, and then the loopback ones.</summary>
    public static IReadOnlyList<NumericAddress> FindAddresses() =>
    [
        .. FindNetworks().Select(network => network.Address).Distinct()
            .OrderBy(HbaSurroundings.IsLoopback)
            .Where(address => !address.IsIPv6 || !address.ToIPAddress().IsIPv6LinkLocal),
    ];

    // ifaddr.c, pg_foreach_ifaddr: each address of each interface, with its mask.
    private static HbaAddress.Network[] FindNetworks() =>
    [
        .. from card in NetworkInterface.GetAllNetworkInterfaces()
           from address in card.GetIPProperties().UnicastAddresses
           let numeric = NumericAddress.Of(address.Address)
           select new HbaAddress.Network(numeric, NumericAddress.Mask(numeric.IsIPv6, address.PrefixLength)),
    ];

    // check_hostname: the name of the address, if that name has the address again.
    private static string FindName(IPAddress address)
    {
        try
        {
            string name = Dns.GetHostEntry(address).HostName;
            return Array.Exists(Dns.GetHostAddresses(name), one => NumericAddress.Of(one) == NumericAddress.Of(address)) ? name : "";
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
