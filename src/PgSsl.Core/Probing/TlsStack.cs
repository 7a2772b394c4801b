using PgSsl.Loading;

namespace PgSsl.Probing;

/// <summary>Who makes a probe's TLS handshake.</summary>
internal enum TlsStack
{
    /// <summary>.NET with the platform's library.</summary>
    Platform,
    /// <summary>BouncyCastle, which is the same on every platform.</summary>
    Portable,
}

/// <summary>The TLS clients. The portable one is loaded when it is first needed.</summary>
internal static class TlsClients
{
    private static readonly SslStreamClient Platform = new();

    private static readonly Lazy<ITlsClient> Portable =
        new(() => LibraryLoadContext.Create<ITlsClient>("PgSsl.BouncyCastle", "PgSsl.PortableTls.BouncyCastleClient"));

    /// <summary>The client of a stack.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: the module's folder is incomplete.</exception>
    public static ITlsClient Get(TlsStack stack) => stack == TlsStack.Platform ? Platform : Portable.Value;
}
