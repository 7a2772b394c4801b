using System.Security.Authentication;
using Org.BouncyCastle.Tls;
using PgSsl.Common;

namespace PgSsl.PortableTls;

/// <summary>BouncyCastle's versions of TLS and ours.</summary>
internal static class ProtocolVersions
{
    // The newest first, as BouncyCastle wants them.
    private static readonly (TlsVersion Ours, ProtocolVersion Theirs)[] All =
    [
        (TlsVersion.Tls13, ProtocolVersion.TLSv13),
        (TlsVersion.Tls12, ProtocolVersion.TLSv12),
        (TlsVersion.Tls11, ProtocolVersion.TLSv11),
        (TlsVersion.Tls10, ProtocolVersion.TLSv10),
    ];

    /// <summary>The versions to offer. Where nothing is said they are libpq's, TLS 1.2 and up.</summary>
    public static ProtocolVersion[] Of(SslProtocols protocols) =>
    [
        .. from version in All
           where protocols == SslProtocols.None ? !version.Ours.IsDeprecated() : protocols.HasFlag(version.Ours.Protocol())
           select version.Theirs,
    ];

    /// <summary>As OpenSSL and pg_stat_ssl spell it: <c>TLSv1.3</c>.</summary>
    public static string NameOf(ProtocolVersion version) => All.First(known => known.Theirs.Equals(version)).Ours.Name();
}
