using System.Net.NetworkInformation;
using PgSsl.Common;

namespace PgSsl.Server.Live;

/// <summary>The addresses of this machine.</summary>
internal static class LocalAddresses
{
    /// <summary>Those that others reach it at, and then the loopback ones; none that is link-local.</summary>
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
