using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>
/// Asks a server on the loopback address for TLS and takes its certificate. The sandbox's own, so that it can test the real
/// probe.
/// </summary>
public static class CertificateProbe
{
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The certificate that the server presents; null where it answers that it does not offer TLS.</summary>
    /// <exception cref="IOException">The handshake failed.</exception>
    public static async Task<X509Certificate2?> ReadAsync(int port)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(SslRequest, deadline.Token);
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer, deadline.Token);
        if (answer[0] != 'S')
            return null;

        X509Certificate2? presented = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                presented = certificate is null ? null : new X509Certificate2(certificate);
                return presented is not null;
            },
        };
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(options, deadline.Token);
        // Without close_notify the server writes into its log that the connection was reset, and that may be after a test has begun.
        try
        {
            await tls.ShutdownAsync();
        }
        catch (IOException)
        {
            // The server was quicker.
        }
        return presented;
    }
}
