using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Probing;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Probing;

/// <summary>Makes the same connection with both TLS clients.</summary>
internal static class TlsStacks
{
    /// <summary>Makes the connection with each client, and compares what they saw, fact by fact.</summary>
    /// <returns>What the platform's client saw.</returns>
    public static async Task<ConnectionFacts> AssertAgreeAsync(ProbeRequest request)
    {
        ConnectionFacts platform = await ConnectAsync(request, TlsStack.Platform);
        await AssertAgreesAsync(platform);
        return platform;
    }

    /// <summary>Makes the connection again, with the portable client, and compares.</summary>
    public static async Task AssertAgreesAsync(ConnectionFacts seen)
    {
        ConnectionFacts portable = await ConnectAsync(seen.Request, TlsStack.Portable);
        Assert.Equal(Describe(seen), Describe(portable));
    }

    /// <summary>A client certificate as it is read from files.</summary>
    public static ClientCertificate Present(TestCertificate certificate, params IReadOnlyList<X509Certificate2> intermediates) => new(
        new X509Certificate2(certificate.Certificate.RawData),
        PrivateKeyReader.ReadAny(Encoding.ASCII.GetBytes(certificate.KeyPem), null, PassphraseSource.ConnectionParameter, "client.key"),
        intermediates,
        "client.crt");

    public static Task<ConnectionFacts> ConnectAsync(ProbeRequest request, TlsStack? stack) =>
        ServerProbe.ConnectAsync(request with { Stack = stack }, TestContext.Current.CancellationToken);

    // Whose words the reason of a failure is in differs: OpenSSL's or the alert's name. The sentence around it does not.
    private static string[] Describe(ConnectionFacts facts) =>
    [
        $"stage {facts.Stage}",
        $"address {facts.Address}",
        $"protocol {facts.Tls?.Protocol}",
        $"suite {facts.Tls?.CipherSuite}",
        $"ALPN {facts.Tls?.ApplicationProtocol}",
        $"asks for a client certificate: {facts.Tls?.RequestsClientCertificate}",
        .. facts.Tls?.Chain.Select(certificate => $"{certificate.Subject} {certificate.Thumbprint}") ?? [],
        $"answer {facts.Answer}",
        $"failure {facts.Failure?.Error} {facts.Failure?.Message.Split(':')[0]}",
    ];
}
