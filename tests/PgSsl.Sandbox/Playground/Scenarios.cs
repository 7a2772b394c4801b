namespace PgSsl.Sandbox.Playground;

/// <summary>What goes right and wrong with the TLS of real servers, all below one root.</summary>
internal sealed class Scenarios
{
    private static readonly string[] TlsOnly = ["hostssl all all 127.0.0.1/32 trust", "hostssl all all ::1/128 trust"];

    private readonly TestAuthority _root = TestAuthority.CreateRoot("Playground Root CA");
    private readonly TestAuthority _intermediate;

    public Scenarios()
    {
        _intermediate = _root.CreateIntermediate("Playground Issuing CA");
        All =
        [
            new("Good", "a full chain below the root, for localhost, 127.0.0.1 and ::1",
                server => server.InstallCertificateAsync(Issue())),
            new("SelfSigned", "a certificate that nobody vouches for, as installers make them",
                server => server.InstallCertificateAsync(TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback()))),
            new("MissingIntermediate", "server.crt holds the server's certificate and not the intermediate above it",
                ServeLeafOnlyAsync),
            new("Expired", "a full chain, expired ten days ago",
                server => server.InstallCertificateAsync(Issue(from: -100, to: -10))),
            new("HostSslOnly", "a full chain, and pg_hba.conf lets nobody in without TLS", RefusePlaintextAsync),
            new("TlsOff", "ssl = off, as a fresh server has it", _ => Task.CompletedTask),
            new("Stale", "renewed on disk, never reloaded: still serves what expires in three days", RenewWithoutReloadAsync),
        ];
    }

    /// <summary>The content of root.crt.</summary>
    public string RootPem => _root.CertificatePem;

    public IReadOnlyList<Scenario> All { get; }

    private TestCertificate Issue(int from = -1, int to = 90) => _intermediate.Issue(LeafOptions.ForLoopback() with
    {
        NotBefore = DateTimeOffset.UtcNow.AddDays(from),
        NotAfter = DateTimeOffset.UtcNow.AddDays(to),
    });

    private Task ServeLeafOnlyAsync(PostgresCluster server)
    {
        TestCertificate certificate = Issue();
        return server.InstallCertificateAsync(certificate.CertificatePem, certificate.KeyPem);
    }

    private async Task RefusePlaintextAsync(PostgresCluster server)
    {
        await server.InstallCertificateAsync(Issue());
        await server.SetHbaAsync(TlsOnly);
    }

    // On Windows each backend reads the files itself, and so the new certificate is served at once.
    private async Task RenewWithoutReloadAsync(PostgresCluster server)
    {
        await server.InstallCertificateAsync(Issue(from: -87, to: 3));
        TestCertificate renewed = Issue();
        SandboxDirectory.WritePrivate(Path.Combine(server.DataDirectory, "server.crt"), renewed.ChainPem);
        SandboxDirectory.WritePrivate(Path.Combine(server.DataDirectory, "server.key"), renewed.KeyPem);
    }
}
