using System.Net.NetworkInformation;

namespace PgSsl.Poolers;

/// <summary>
/// The clients of a PgBouncer on this machine. Its console would show more of them (SHOW CLIENTS), but not everybody may use it; the system
/// shows TCP connections to everybody.
/// </summary>
internal static class EstablishedClients
{
    /// <summary>How many are connected over TCP.</summary>
    /// <param name="port">Where PgBouncer listens.</param>
    /// <returns>0, too, where the system does not say.</returns>
    public static int Count(int port)
    {
        try
        {
            return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
                .Count(connection => connection.LocalEndPoint.Port == port && connection.State == TcpState.Established);
        }
        // A container may hide /proc/net.
        catch (NetworkInformationException)
        {
            return 0;
        }
    }
}
