using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.Fuzzing;
using PgSsl.Wire;

namespace PgSsl.Tests.Probing;

/// <summary>Both TLS clients on the same servers: they see the same where both can, and the probe takes the second where the first cannot.</summary>
public sealed class TlsStackTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Stacks Root");
    private static readonly TlsVersion[] Versions = [TlsVersion.Tls12, TlsVersion.Tls13];

    private PostgresCluster? _cluster;

    public async ValueTask InitializeAsync()
    {
        if ((await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip) is { } installation)
            _cluster = await ClusterPool.RentAsync(installation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    /// <summary>Names of openssl, with an option for each.</summary>
    [Theory]
    [InlineData("rsa:2048")]
    [InlineData("rsa-pss", "rsa_keygen_bits:2048")]
    [InlineData("ec", "ec_paramgen_curve:P-256")]
    [InlineData("ec", "ec_paramgen_curve:P-384")]
    [InlineData("ec", "ec_paramgen_curve:P-521")]
    [InlineData("ed25519")]
    [InlineData("ed448")]
    public async Task Both_see_the_same_of_a_key_of_the_kind(string kind, string? option = null)
    {
        string[] options = option is null ? [] : ["-pkeyopt", option];
        string pem = (await ProcessRunner.RunAsync(
            "openssl", ["req", "-x509", "-newkey", kind, .. options, "-noenc", "-keyout", "-", "-subj", "/CN=localhost", "-days", "9"]))
            .OrThrow("openssl req");
        int certificate = pem.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal);
        await _cluster!.InstallCertificateAsync(pem[certificate..], pem[..certificate]);

        foreach (TlsVersion version in Versions)
            Assert.Equal(version.Name(), (await TlsStacks.AssertAgreeAsync(Request() with { Protocols = version.Protocol() })).Tls?.Protocol);
    }

    [Fact]
    public async Task Both_see_a_chain_exactly_as_it_is_sent()
    {
        TestAuthority upper = Root.CreateIntermediate("Upper"), lower = upper.CreateIntermediate("Lower");
        TestCertificate leaf = lower.Issue(LeafOptions.ForLoopback());
        string[] others = [Root.CertificatePem, lower.CertificatePem, TestAuthority.CreateRoot("Nobody's").CertificatePem, upper.CertificatePem];
        await _cluster!.InstallCertificateAsync(leaf.CertificatePem + string.Concat(others) + others[1], leaf.KeyPem);

        foreach (TlsVersion version in Versions)
            Assert.Equal(6, (await TlsStacks.AssertAgreeAsync(Request() with { Protocols = version.Protocol() })).Tls?.Chain.Count);
    }

    /// <summary>A usage that forbids it does not keep a client from looking; a feature that the server lacks does not either (RFC 7633).</summary>
    [Fact]
    public async Task Both_accept_a_certificate_that_nobody_should()
    {
        TestCertificate leaf = Root.Issue(LeafOptions.ForLoopback() with
        {
            Key = KeyAlgorithm.Rsa2048,
            KeyUsage = X509KeyUsageFlags.CrlSign,
            ExtraExtensions = [CertificateOptions.UnknownCriticalExtension, new("1.3.6.1.5.5.7.1.24", [0x30, 3, 2, 1, 5], critical: false)],
        });
        await _cluster!.InstallCertificateAsync(leaf);

        foreach (TlsVersion version in Versions)
            Assert.NotNull((await TlsStacks.AssertAgreeAsync(Request() with { Protocols = version.Protocol() })).Answer);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    public async Task Both_present_a_client_certificate_with_its_intermediates(KeyAlgorithm algorithm)
    {
        TestAuthority issuer = Root.CreateIntermediate("Client CA");
        TestCertificate client = issuer.Issue(
            new LeafOptions { CommonNames = ["postgres"], Key = algorithm, ExtendedKeyUsages = [LeafOptions.ClientAuthentication] });
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback()), Root.CertificatePem);
        await _cluster!.SetHbaAsync("local all all trust", "hostssl all all 127.0.0.1/32 cert");

        foreach (TlsVersion version in Versions)
        {
            ProbeRequest request = Request() with { Protocols = version.Protocol() };
            ConnectionFacts presenting = await TlsStacks.AssertAgreeAsync(
                request with { ClientCertificate = TlsStacks.Present(client, [issuer.Certificate.Certificate]) });
            Assert.Null(presenting.Failure?.Message);
            Assert.IsType<StartupAnswer.Admitted>(presenting.Answer);
            // Without the intermediate, the server refuses it: with TLS 1.3 after the handshake.
            ConnectionFacts refused = await TlsStacks.AssertAgreeAsync(
                request with { ClientCertificate = TlsStacks.Present(client) });
            Assert.Equal(PgSslError.TlsHandshakeFailed, refused.Failure?.Error);
            Assert.IsType<StartupAnswer.Refused>((await TlsStacks.AssertAgreeAsync(request)).Answer);
        }
    }

    /// <summary>Npgsql, whose TLS is .NET's, cannot: that is a fact, too.</summary>
    [Theory]
    [InlineData(KeyAlgorithm.Ed25519)]
    [InlineData(KeyAlgorithm.Ed448)]
    [InlineData(KeyAlgorithm.RsaPss2048)]
    [InlineData(KeyAlgorithm.RsaPssSha384)]
    public async Task A_client_certificate_that_NET_cannot_present_is_presented(KeyAlgorithm algorithm)
    {
        TestCertificate client = await Root.IssueAsync(
            new LeafOptions { CommonNames = ["postgres"], Key = algorithm, ExtendedKeyUsages = [LeafOptions.ClientAuthentication] });
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback()), Root.CertificatePem);
        await _cluster!.SetHbaAsync("local all all trust", "hostssl all all 127.0.0.1/32 trust clientcert=verify-full");

        foreach (TlsVersion version in Versions)
        {
            ConnectionFacts facts = await TlsStacks.ConnectAsync(
                Request() with { Protocols = version.Protocol(), ClientCertificate = TlsStacks.Present(client) }, null);
            Assert.IsType<StartupAnswer.Admitted>(facts.Answer);
            Assert.Equal(PgSslError.UnsupportedKeyAlgorithm, facts.PlatformFailure?.Error);
        }
    }

    /// <summary>Windows keeps the key of a certificate, and does not export it.</summary>
    [Fact]
    public async Task The_portable_client_exports_no_key()
    {
        TestCertificate client = Root.Issue(new LeafOptions { CommonNames = ["postgres"], ExtendedKeyUsages = [LeafOptions.ClientAuthentication] });
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback()), Root.CertificatePem);
        await _cluster!.SetHbaAsync("local all all trust", "hostssl all all 127.0.0.1/32 cert");
        byte[] pkcs8 = ((ECDsa)client.Certificate.GetECDsaPrivateKey()!).ExportPkcs8PrivateKey();
        using var kept = new ClientCertificate(
            new X509Certificate2(client.Certificate.RawData), new PrivateKey(new KeptKey(), pkcs8), [], "client.crt");

        ConnectionFacts facts = await TlsStacks.ConnectAsync(Request() with { ClientCertificate = kept }, TlsStack.Portable);

        Assert.IsType<StartupAnswer.Admitted>(facts.Answer);
    }

    [Fact]
    public async Task The_alert_that_refuses_a_client_certificate_is_named_whoever_is_faster()
    {
        TestCertificate stranger = TestAuthority.CreateRoot("Stranger Root").Issue(LeafOptions.ForLoopback());
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback()), Root.CertificatePem);
        ProbeRequest request = Request() with { ClientCertificate = TlsStacks.Present(stranger) };

        ConnectionFacts[] all = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => Task.Run(() => TlsStacks.ConnectAsync(request, TlsStack.Portable))));

        Assert.All(all, facts => Assert.Contains("sent the TLS alert unknown_ca", facts.Failure?.Message));
        Assert.All(all, facts => Assert.Contains("refuses the client certificate", facts.Failure?.Message));
    }

    [Theory]
    [InlineData("TLSv1")]
    [InlineData("TLSv1.1")]
    public async Task A_server_with_an_old_version_is_seen_where_it_is_asked_for(string version)
    {
        TlsVersion old = TlsVersions.FromName(version)!.Value;
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 }));
        await _cluster!.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl_min_protocol_version"] = "TLSv1",
            ["ssl_max_protocol_version"] = version,
            ["ssl_ciphers"] = "ALL:@SECLEVEL=0",
        });

        ConnectionFacts seen = await TlsStacks.ConnectAsync(Request() with { Protocols = TlsVersions.Between(TlsVersion.Tls10, null) }, null);
        ConnectionFacts refused = await TlsStacks.ConnectAsync(Request(), null);

        Assert.Equal(old.Name(), seen.Tls?.Protocol);
        Assert.Equal("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", seen.Tls?.CipherSuite);
        Assert.IsType<StartupAnswer.Admitted>(seen.Answer);
        Assert.Equal(
            "The server accepted TLS, then the handshake failed: the server sent the TLS alert protocol_version.", refused.Failure?.Message);
    }

    [Theory]
    [InlineData("prime256v1", "TLSv1.2", "secp256r1")]
    [InlineData("prime256v1", "TLSv1.3", "secp256r1")]
    [InlineData("secp521r1", "TLSv1.2", "secp521r1")]
    [InlineData("secp521r1", "TLSv1.3", "secp521r1")]
    [InlineData("secp384r1", "TLSv1.2", null, "AES128-GCM-SHA256")]
    public async Task The_portable_client_tells_the_group(string curve, string version, string? expected, string ciphers = "HIGH")
    {
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 }));
        await _cluster!.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl_ecdh_curve"] = curve, ["ssl_max_protocol_version"] = version, ["ssl_ciphers"] = ciphers,
        });

        Assert.Equal(expected, (await TlsStacks.ConnectAsync(Request(), TlsStack.Portable)).Tls!.Group);
        Assert.Null((await TlsStacks.ConnectAsync(Request(), TlsStack.Platform)).Tls?.Group);
    }

    /// <summary>.NET offers no such suite.</summary>
    [Theory]
    [InlineData("DHE-RSA-AES256-GCM-SHA384", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")]
    [InlineData("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256")]
    public async Task A_server_with_a_suite_that_only_OpenSSL_offers_is_seen(string suite, string expected)
    {
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 }));
        await _cluster!.ConfigureAsync(new Dictionary<string, string?> { ["ssl_max_protocol_version"] = "TLSv1.2", ["ssl_ciphers"] = suite });

        Assert.Equal(expected, (await TlsStacks.ConnectAsync(Request(), null)).Tls?.CipherSuite);
    }

    /// <summary>.NET builds a chain before it calls back, and throws at OpenSSL's verdict on such blocks.</summary>
    [Fact]
    public async Task A_leaf_with_addresses_that_its_issuer_lacks_is_seen()
    {
        MintedCertificate issuer = Mint.Root("Blocks");
        byte[] blocks = Der.Sequence(Der.Sequence(Der.Octets([0, 1]), Der.Sequence(Der.Bits(0, 10, 1))));
        MintedCertificate leaf = Mint.Leaf("db", issuer, MintOptions.Leaf with { Extensions = [("1.3.6.1.5.5.7.1.7", false, blocks)] });
        string chain = leaf.Certificate.ExportCertificatePem() + "\n" + issuer.Certificate.ExportCertificatePem() + "\n";
        // Whether it is served, the sandbox cannot see for the same reason.
        SandboxDirectory.WritePrivate(Path.Combine(_cluster!.DataDirectory, "server.crt"), chain);
        SandboxDirectory.WritePrivate(Path.Combine(_cluster!.DataDirectory, "server.key"), leaf.Key.Pem);
        await _cluster!.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "on" });

        Assert.Equal(leaf.Certificate.Thumbprint, (await TlsStacks.ConnectAsync(Request(), null)).Tls?.Chain[0].Thumbprint);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Both_agree_on_ALPN_and_on_direct_TLS(int version)
    {
        TlsCluster server = (await ClusterPool.GetTlsAsync(version)).OrSkip(Assert.Skip);
        ProbeRequest request = Request() with { Host = new ConnectionHost(server.Cluster.Host, null, server.Cluster.Port), ServerName = "localhost" };

        ConnectionFacts negotiated = await TlsStacks.AssertAgreeAsync(request);
        await TlsStacks.AssertAgreeAsync(request with { Negotiation = SslNegotiation.Direct });

        Assert.Equal(version >= 17 ? "postgresql" : "", negotiated.Tls?.ApplicationProtocol);
    }

    [Fact]
    public async Task The_portable_client_leaves_no_complaint_in_the_servers_log()
    {
        await _cluster!.InstallCertificateAsync(Root.Issue(LeafOptions.ForLoopback()));
        int before = _cluster!.ReadLog().Length;

        foreach (string? user in (string?[])[null, "postgres"])
            await TlsStacks.ConnectAsync(Request() with { UserName = user }, TlsStack.Portable);
        // A session of the server's own makes sure that what came before it has been logged.
        await _cluster!.QueryAsync("select 1");

        Assert.Equal("", _cluster!.ReadLog()[before..]);
    }

    [Fact]
    public async Task The_portable_client_ends_with_its_deadline()
    {
        await using HostileServer server = HostileServer.Start(HostileScripts.AcceptThenSilence);
        using var cancellation = new CancellationTokenSource();

        Task<ConnectionFacts> probe = ServerProbe.ConnectAsync(
            new ProbeRequest(new ConnectionHost(server.Host, null, server.Port), Transport.Tls, Timeout) { Stack = TlsStack.Portable },
            cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
    }

    /// <summary>A key that can neither be exported nor used.</summary>
    private sealed class KeptKey : ECDsa
    {
        public override byte[] SignHash(byte[] hash) => throw new CryptographicException("The key is kept.");

        public override bool VerifyHash(byte[] hash, byte[] signature) => throw new CryptographicException("The key is kept.");
    }

    private ProbeRequest Request() =>
        new(new ConnectionHost(_cluster!.Host, null, _cluster.Port), Transport.Tls, Timeout) { UserName = "postgres" };
}
