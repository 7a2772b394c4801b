using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PgSsl.Common;

namespace PgSsl.Server.Live;

/// <summary>The addresses of this machine.</summary>
internal static class LocalAddresses
{
    /// <summary>The addresses that other machines can reach, then the loopback addresses; no link-local ones.</summary>
    public static IReadOnlyList<NumericAddress> Find() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => NumericAddress.Of(unicast.Address))
            .Distinct()
            .OrderBy(address => address.IsLoopback)
            .Where(address => !address.IsIPv6 || !address.ToIPAddress().IsIPv6LinkLocal),
    ];

    /// <summary>Those of them at which a server listens: at the others another program may answer.</summary>
    /// <param name="listenAddresses">
    /// The setting listen_addresses: a list of addresses and names, <c>*</c>, <c>0.0.0.0</c>, <c>::</c>; empty for none (config.sgml). Null
    /// if it is not known: then all.
    /// </param>
    public static IReadOnlyList<NumericAddress> FindListening(string? listenAddresses)
    {
        if (listenAddresses is null)
            return Find();
        string[] names = listenAddresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. Find().Where(address => Array.Exists(names, name => Includes(name.Trim('"'), address)))];
    }

    private static bool Includes(string name, NumericAddress address) => name switch
    {
        "*" => true,
        "0.0.0.0" => !address.IsIPv6,
        "::" => address.IsIPv6,
        _ when IPAddress.TryParse(name, out IPAddress? one) => NumericAddress.Of(one) == address,
        _ => AddressesOf(name).Any(one => NumericAddress.Of(one) == address),
    };

    private static IPAddress[] AddressesOf(string name)
    {
        try
        {
            return Dns.GetHostAddresses(name);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
