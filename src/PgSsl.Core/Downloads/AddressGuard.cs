using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PgSsl.Downloads;

/// <summary>
/// Addresses that no certificate is fetched from. URLs come from strangers, who could otherwise reach services that trust this machine: the
/// cloud's metadata, or services on the machine itself.
/// </summary>
internal static class AddressGuard
{
    // Where clouds keep metadata and credentials outside the link-local ranges.
    private static readonly IPAddress[] Metadata = [.. new[]
    {
        "fd00:ec2::254", // AWS: EC2
        "fd00:ec2::23", // AWS: EKS Pod Identity
        "fd20:ce::254", // Google Cloud
        "168.63.129.16", // Azure's host agent
        "192.0.0.192", // Oracle Cloud Classic
        "fd00:c1::a9fe:a9fe", // Oracle Cloud
        "100.100.100.200", // Alibaba Cloud
        "fd00:100::100:200", // Alibaba Cloud
        "fd00:a9fe:a9fe::1", // Akamai (Linode)
        "fd00:42::42", // Scaleway
    }.Select(IPAddress.Parse)];

    /// <summary>Says why an address is not asked; null if it may be asked.</summary>
    public static string? WhyNot(IPAddress address, bool mayAskThisMachine)
    {
        // With a zone (fe80::1%eth0) it would equal none of these addresses, although it leads to the same machine.
        var bare = new IPAddress(address.GetAddressBytes());
        return EmbeddedAddresses.Of(bare).Prepend(bare)
            .Select(meant => WhyNotExactly(meant, mayAskThisMachine))
            .FirstOrDefault(reason => reason is not null);
    }

    private static string? WhyNotExactly(IPAddress address, bool mayAskThisMachine)
    {
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IsOfThisMachine(address))
            return mayAskThisMachine ? null : "this machine itself";
        if (address.IsIPv6LinkLocal || IsIPv4LinkLocal(address))
            return "a link-local address, where clouds keep their metadata";
        if (Metadata.Contains(address))
            return "the address of a cloud's metadata";
        return address.IsIPv6Multicast || IsIPv4MulticastOrBeyond(address) ? "not the address of one host" : null;
    }

    // A service that trusts this machine may listen at one of its network addresses, too. They change while a process runs.
    private static bool IsOfThisMachine(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Any(own => new IPAddress(own.Address.GetAddressBytes()).Equals(address));

    private static bool IsIPv4LinkLocal(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..];

    private static bool IsIPv4MulticastOrBeyond(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224;
}
