using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes.Names;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// pgjdbc 42.7 (DBeaver, JVM applications …) with its default sslfactory. Source: pgjdbc/pgjdbc, ConnectionFactoryImpl.java
/// (openConnectionImpl, enableSSL), LibPQFactory.java, MakeSSL.java.
/// </summary>
/// <remarks>
/// <para>Only verify-ca and verify-full verify, and only with a root file: <c>sslrootcert</c> of the URL or of a service file, or
/// ~/.postgresql/root.crt, which must exist. PGSSLROOTCERT and root.crl are not read; <c>system</c> is the name of a file. The trust
/// store of the JVM is used only with another sslfactory (DefaultJavaSSLFactory). NonValidatingFactory verifies no chain.</para>
/// <para>prefer continues in plaintext after an N, an error in answer to the SSLRequest, silence, and SQLSTATE 28000 (pg_hba.conf);
/// not after a failed handshake or any other error. allow continues with TLS after 28000 and after a broken connection. Silence and
/// the broken connection are new in 42.7.11.</para>
/// <para>Any certificate of the file may end a chain, even an expired one: that is Java's rule for trust anchors.</para>
/// <para>Cipher suites: Java offers those of OpenSSL, plain RSA up to Java 23 (JDK-8245545: TLS_RSA_* in jdk.tls.disabledAlgorithms).</para>
/// <para>Not modelled: jdk.certpath.disabledAlgorithms instead of OpenSSL's security level, a DER file as sslrootcert (Java reads
/// one), Java's home directory if it differs from $HOME, client keys (the default is postgresql.pk8), channelBinding.</para>
/// </remarks>
internal sealed class PgjdbcClient : ISslClient
{
    // invalid_authorization_specification: pg_hba.conf has no line for the connection, or a line that rejects it.
    private const string InvalidAuthorization = "28000";

    // It trusts every certificate, in all modes.
    private const string NonValidating = "NonValidatingFactory";
    private const string JavaFactory = "DefaultJavaSSLFactory";
    private const string JavaRoots = "the roots of Java (assumed to be those of this machine)";

    /// <inheritdoc/>
    public string Name => "pgjdbc";

    /// <inheritdoc/>
    public ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity)
    {
        if (host.IsUnixSocket)
            return new ClientPolicy([]) { Refusal = NoSockets(host) };

        ClientPolicy policy = new(LibpqAttempts.For(mode))
        {
            VerifyName = (leaf, _) => PgjdbcNames.Verify(leaf, host.DisplayName),
            Anchors = AnchorRule.AnyUndated,
            RetriesAfterTlsFailure = false,
            RetriesAfterRefusal = refused => refused.SqlState == InvalidAuthorization,
            RetriesAfterBreak = connection => RetriesAfter(connection, mode),
        };
        string factory = settings.Application is { Client: "pgjdbc" } application ? application["sslfactory"] ?? "" : "";
        if (mode < SslMode.VerifyCa || factory.EndsWith(NonValidating, StringComparison.Ordinal))
            return policy;
        return DriverRoots.Verify(policy, mode, () => factory.EndsWith(JavaFactory, StringComparison.Ordinal)
            ? trust.GetSystem(settings.Environment, JavaRoots)
            : RootsOf(settings, trust));
    }

    private static bool RetriesAfter(ConnectionFacts connection, SslMode mode) => connection.Failure?.Error switch
    {
        PgSslError.ServerRejectedSslRequest or PgSslError.ConnectionTimedOut => mode == SslMode.Prefer,
        PgSslError.ConnectionClosed => mode == SslMode.Allow,
        _ => false,
    };

    private TrustStore RootsOf(ConnectionSettings settings, TrustStoreCache trust)
    {
        string? path = DriverRoots.Given(settings, SettingSource.Explicit, SettingSource.ServiceFile) ?? DriverRoots.DefaultPath(settings);
        return path is null
            ? throw new PgSslException(
                PgSslError.FileNotFound,
                "pgjdbc needs a root certificate, and this account has no home directory in which it could find .postgresql/root.crt.",
                "Get the root certificate of the server's CA and name it with -RootCertificate.")
            : DriverRoots.Load(path, Name, trust);
    }

    private static PgSslException NoSockets(ConnectionHost host) => new(
        PgSslError.HostNotFound,
        $"For pgjdbc the socket directory \"{host.Host}\" is a host name: it connects over TCP only, unless it has a socketFactory.",
        "Name a host and a port.");
}
