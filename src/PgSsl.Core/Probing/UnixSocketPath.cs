using System.Globalization;
using System.Net.Sockets;
using PgSsl.Connections;

namespace PgSsl.Probing;

/// <summary>Where PostgreSQL puts its Unix-domain socket (src/include/libpq/pqcomm.h, UNIXSOCK_PATH).</summary>
internal static class UnixSocketPath
{
    public static string Of(ConnectionHost host) => string.Create(CultureInfo.InvariantCulture, $"{host.Host}/.s.PGSQL.{host.Port}");

    public static UnixDomainSocketEndPoint EndPointOf(ConnectionHost host)
    {
        string path = Of(host);
        // An abstract socket's name starts with a NUL, which the field writes as @.
        return new UnixDomainSocketEndPoint(path.StartsWith('@') ? '\0' + path[1..] : path);
    }
}
