using System.Net.NetworkInformation;
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
}
