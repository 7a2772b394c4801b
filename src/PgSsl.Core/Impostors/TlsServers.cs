using PgSsl.Loading;

namespace PgSsl.Impostors;

/// <summary>The TLS server, which is loaded when it is first needed.</summary>
internal static class TlsServers
{
    private static readonly Lazy<ITlsServer> Portable =
        new(() => LibraryLoadContext.Create<ITlsServer>("PgSsl.BouncyCastle", "PgSsl.PortableTls.BouncyCastleServer"));

    /// <summary>The server.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: the module's folder is incomplete.</exception>
    public static ITlsServer Get() => Portable.Value;
}
