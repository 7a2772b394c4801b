using System.Security.Authentication;
using System.Security.Cryptography;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Probing;

[Fast]
public class TlsChoiceTests
{
    private static readonly ProbeRequest Modern = new(new ConnectionHost("db", null, 5432), Transport.Tls, TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(true, TlsStack.Platform)]
    [InlineData(false, TlsStack.Portable)]
    public void SslStream_makes_the_first_attempt_where_it_is_OpenSSL(bool isOpenSsl, Enum expected) =>
        Assert.Equal(expected, TlsChoice.First(isOpenSsl, Modern));

    [Theory]
    [InlineData(KeyAlgorithm.EcdsaP521, TlsStack.Platform)]
    [InlineData(KeyAlgorithm.Ed25519, TlsStack.Portable)]
    [InlineData(KeyAlgorithm.Ed448, TlsStack.Portable)]
    [InlineData(KeyAlgorithm.RsaPss2048, TlsStack.Portable)]
    public async Task A_client_certificate_that_NET_cannot_present_is_for_the_portable_client(KeyAlgorithm algorithm, Enum expected)
    {
        TestCertificate client = await TestAuthority.CreateRoot("Root").IssueAsync(new LeafOptions { CommonNames = ["alice"], Key = algorithm });

        Assert.Equal(expected, TlsChoice.First(true, Modern with { ClientCertificate = TlsStacks.Present(client) }));
    }

    [Theory]
    [InlineData("error:0A000410:SSL routines::sslv3 alert handshake failure", true)]
    [InlineData("error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure", true)]
    [InlineData("error:0A00042F:SSL routines::tlsv1 alert insufficient security", true)]
    [InlineData("error:0A00042E:SSL routines::tlsv1 alert protocol version", false)]
    [InlineData("error:0A000418:SSL routines::tlsv1 alert unknown ca", false)]
    [InlineData("error:0A00010B:SSL routines::wrong version number", false)]
    [InlineData("error:0A000028:SSL routines::a reason that is not an alert", false)]
    [InlineData("The received message is not TLS.", false)]
    public void A_refused_offer_may_be_the_offers_fault(string openSsl, bool expected)
    {
        var failure = new AuthenticationException("See inner exception.", new CryptographicException(openSsl));

        Assert.Equal(expected, TlsChoice.MayBeLimit(Modern, failure));
    }

    [Theory]
    [InlineData("TLSv1", true)]
    [InlineData("TLSv1.1", true)]
    [InlineData("TLSv1.2", false)]
    [InlineData("TLSv1.3", false)]
    public void A_handshake_with_an_old_version_may_fail_here_alone(string minimum, bool expected)
    {
        ProbeRequest request = Modern with { Protocols = TlsVersions.Between(TlsVersions.FromName(minimum), null) };

        Assert.Equal(expected, TlsChoice.MayBeLimit(request, new AuthenticationException("no ciphers available")));
    }

    [Fact]
    public void A_chain_that_NET_cannot_build_says_nothing_about_the_server() =>
        Assert.True(TlsChoice.MayBeLimit(Modern, new CryptographicException("unhandled error code '46'")));

    [Fact]
    public void A_connection_that_ends_is_no_limit()
    {
        ProbeRequest old = Modern with { Protocols = TlsVersions.Between(null, null) };

        Assert.All(
            (Exception[])[new IOException(), new OperationCanceledException(), new PgSslException(PgSslError.TlsNotOffered, "N", null)],
            failure => Assert.False(TlsChoice.MayBeLimit(old, failure)));
    }
}
