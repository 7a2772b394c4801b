using System.Security.Authentication;
using PgSsl.Connections;

namespace PgSsl.Probing;

/// <summary>Turns libpq's bounds on the TLS version into what .NET offers.</summary>
internal static class TlsVersions
{
#pragma warning disable CA5397, SYSLIB0039 // The user asked for them; whether they work is up to the operating system.
    private static readonly (TlsVersion Version, SslProtocols Protocol)[] All =
    [
        (TlsVersion.Tls10, SslProtocols.Tls),
        (TlsVersion.Tls11, SslProtocols.Tls11),
        (TlsVersion.Tls12, SslProtocols.Tls12),
        (TlsVersion.Tls13, SslProtocols.Tls13),
    ];
#pragma warning restore CA5397, SYSLIB0039

    public static SslProtocols Between(TlsVersion? minimum, TlsVersion? maximum)
    {
        // libpq's default, TLS 1.2 and up, is what operating systems do by themselves.
        if (minimum is TlsVersion.Tls12 && maximum is null)
            return SslProtocols.None;
        return All
            .Where(entry => entry.Version >= (minimum ?? TlsVersion.Tls10) && entry.Version <= (maximum ?? TlsVersion.Tls13))
            .Aggregate(SslProtocols.None, (protocols, entry) => protocols | entry.Protocol);
    }
}
