using System.Security.Cryptography;
using PgSsl.Wire;

namespace PgSsl.Tests.Impostors;

[Fast]
public class ClientHelloTests
{
    // GREASE, X25519MLKEM768, x25519; TLS 1.3 and 1.2; SNI db1; ALPN postgresql; ecdsa_secp256r1_sha256 and one that is not registered.
    private static readonly byte[] Hello = Build(
        Extension(0, [0, 6, 0, 0, 3, .. "db1"u8]),
        Extension(10, [0, 6, 0x1A, 0x1A, 0x11, 0xEC, 0, 29]),
        Extension(43, [4, 3, 4, 3, 3]),
        Extension(16, [0, 11, 10, .. "postgresql"u8]),
        Extension(13, [0, 4, 4, 3, 0xFE, 0x01]));

    [Fact]
    public void What_a_client_offers_is_read_from_the_bytes()
    {
        ClientHello hello = ClientHello.Read(Record(Hello))!;

        Assert.Equal(["TLSv1.3", "TLSv1.2"], hello.Versions);
        Assert.Equal(["X25519MLKEM768", "x25519"], hello.Groups);
        Assert.Equal(["ecdsa_secp256r1_sha256", "0xFE01"], hello.SignatureAlgorithms);
        Assert.Equal(["postgresql"], hello.ApplicationProtocols);
        Assert.Equal("db1", hello.ServerName);
        Assert.Equal(2, hello.CipherSuites);
        Assert.True(hello.OffersPostQuantum);
    }

    [Fact]
    public void A_message_in_several_records_is_read() =>
        Assert.Equal("db1", ClientHello.Read([.. Record(Hello[..20]), .. Record(Hello[20..])])!.ServerName);

    [Fact]
    public void An_old_client_offers_everything_up_to_its_version() =>
        Assert.Equal(["TLSv1.2 and older"], ClientHello.Read(Record(Build()))!.Versions);

    [Fact]
    public void Nothing_that_is_sent_makes_it_fail()
    {
        byte[] whole = Record(Hello);
        for (int length = 0; length < whole.Length; length++)
            ClientHello.Read(whole.AsSpan(0, length));
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. whole];
            for (int hit = RandomNumberGenerator.GetInt32(1, 6); hit > 0; hit--)
                damaged[RandomNumberGenerator.GetInt32(damaged.Length)] = (byte)RandomNumberGenerator.GetInt32(256);
            ClientHello.Read(damaged);
        }
    }

    private static byte[] Extension(byte type, byte[] body) => [0, type, 0, (byte)body.Length, .. body];

    private static byte[] Build(params byte[][] extensions)
    {
        byte[] all = [.. extensions.SelectMany(extension => extension)];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 4, 0x13, 1, 0x13, 2, 1, 0, 0, (byte)all.Length, .. all];
        return [1, 0, 0, (byte)body.Length, .. body];
    }

    private static byte[] Record(byte[] message) => [22, 3, 1, 0, (byte)message.Length, .. message];
}
