using System.Net;
using System.Net.Sockets;

namespace PgSsl.RootCertificates.Downloads;

/// <summary>
/// Addresses that no certificate is fetched from. Who may choose a URL here, and sees from the outside that it was asked for, could
/// otherwise ask services that trust whoever comes from this machine: the cloud's metadata, the machine itself.
/// </summary>
internal static class AddressGuard
{
    // Cloud metadata outside of the link-local ranges: AWS over IPv6, Alibaba Cloud, Azure's host agent.
    private static readonly IPAddress[] Metadata =
        [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("168.63.129.16")];

    /// <summary>Says why an address is not asked; null for one that may be.</summary>
    public static string? WhyNot(IPAddress address, bool mayAskThisMachine)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            return mayAskThisMachine ? null : "this machine itself";
        if (address.IsIPv6LinkLocal || IsIPv4LinkLocal(address))
            return "a link-local address, where clouds keep their metadata";
        if (Metadata.Contains(address))
            return "the address of a cloud's metadata";
        return address.IsIPv6Multicast || IsIPv4MulticastOrBeyond(address) ? "no address of one host" : null;
    }

    private static bool IsIPv4LinkLocal(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..];

    private static bool IsIPv4MulticastOrBeyond(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224;
}
