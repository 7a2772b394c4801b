using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

public class HostileServerTests
{
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];
    private static readonly TestCertificate Certificate = TestAuthority.CreateRoot("Hostile Root")
        .CreateIntermediate("Hostile CA")
        .Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 });

    [Fact]
    public async Task Refusal_is_one_N_and_the_end()
    {
        await using HostileServer server = HostileServer.Start(HostileScripts.RefuseTls);
        Assert.Equal("N"u8.ToArray(), await DialogueAsync(server.Port));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Stuffed_bytes_are_in_the_packet_of_the_S()
    {
        await using HostileServer server = HostileServer.Start(HostileTls.StuffedBytes(Certificate));
        using TcpClient client = await RequestTlsAsync(server.Port);
        var packet = new byte[100];
        int length = await client.GetStream().ReadAsync(packet);
        Assert.Equal([(byte)'S', (byte)'R', 0, 0, 0, 8, 0, 0, 0, 0], packet[..length]);
    }

    [Fact]
    public async Task A_hostile_server_can_complete_the_handshake_first()
    {
        ServerScript inside = HostileScripts.Send(HostileScripts.Message('E', "MGo away\0\0"u8.ToArray()));
        await using HostileServer server = HostileServer.Start(HostileTls.TlsThen(Certificate, inside));
        Assert.Equal(Certificate.Certificate.Thumbprint, (await CertificateProbe.ReadAsync(server.Port))?.Thumbprint);
    }

    [Fact]
    public async Task Malformed_DER_fails_in_the_client_while_it_reads_the_certificate()
    {
        await using HostileServer server = HostileServer.Start(HostileTls.MalformedDerCertificate);
        Assert.Contains("SSL", await HandshakeErrorAsync(server.Port));
    }

    [Fact]
    public async Task Openssl_reads_a_list_of_many_certificates_up_to_its_limit()
    {
        Assert.Contains("depth=1", await ReadChainAsync(HostileTls.ManyCertificates(Certificate, 20)));
        Assert.Contains("excessive message size", await ReadChainAsync(HostileTls.ManyCertificates(Certificate, 1000)));
    }

    [Fact]
    public async Task A_hostile_server_can_ask_for_another_handshake()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("As a server, .NET renegotiates on Linux and Windows only; tried on Linux.");
            return;
        }
        Assert.SkipUnless(ProcessRunner.IsOnPath("openssl"), "openssl is not installed.");
        await using HostileServer server = HostileServer.Start(HostileTls.Renegotiate(Certificate));
        string startup = "\0\0\0\u0009\0\u0003\0\0\0";
        string[] arguments = ["s_client", "-starttls", "postgres", "-msg", "-ign_eof", "-connect", $"127.0.0.1:{server.Port}"];
        ProcessResult result = await ProcessRunner.RunAsync("openssl", arguments, startup);
        Assert.Contains("HelloRequest", result.StandardOutput);
    }

    [Fact]
    public async Task A_relay_closes_after_the_given_number_of_bytes()
    {
        await using HostileServer whole = HostileServer.Start(HostileScripts.ErrorResponse("too many connections"));
        await using HostileServer cut = HostileServer.Start(HostileRelay.CloseAfter(whole.Port, 7));
        Assert.Equal((await DialogueAsync(whole.Port))[..7], await DialogueAsync(cut.Port));
    }

    private static async Task<TcpClient> RequestTlsAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(SslRequest);
        return client;
    }

    private static async Task<byte[]> DialogueAsync(int port)
    {
        using TcpClient client = await RequestTlsAsync(port);
        using var received = new MemoryStream();
        await client.GetStream().CopyToAsync(received);
        return received.ToArray();
    }

    private static async Task<string> HandshakeErrorAsync(int port)
    {
        using TcpClient client = await RequestTlsAsync(port);
        await client.GetStream().ReadExactlyAsync(new byte[1]);
        await using var tls = new SslStream(client.GetStream());
        var error = await Assert.ThrowsAsync<AuthenticationException>(() => tls.AuthenticateAsClientAsync("localhost"));
        return error.InnerException?.Message ?? error.Message;
    }

    private static async Task<string> ReadChainAsync(ServerScript script)
    {
        Assert.SkipUnless(ProcessRunner.IsOnPath("openssl"), "openssl is not installed.");
        await using HostileServer server = HostileServer.Start(script);
        ProcessResult result = await ProcessRunner.RunAsync(
            "timeout", ["20", "openssl", "s_client", "-starttls", "postgres", "-connect", $"127.0.0.1:{server.Port}"]);
        return result.StandardOutput + result.StandardError;
    }
}
