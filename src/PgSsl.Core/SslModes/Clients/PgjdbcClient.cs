using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes.Names;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// pgjdbc 42.7 (DBeaver, every JVM application …) with its default sslfactory. Source: pgjdbc/pgjdbc, ConnectionFactoryImpl.java
/// (openConnectionImpl, enableSSL), LibPQFactory.java, MakeSSL.java.
/// </summary>
/// <remarks>
/// <para>Only verify-ca and verify-full verify, and only by a root file: <c>sslrootcert</c> of the URL or of a service file, else
/// ~/.postgresql/root.crt, which must exist. PGSSLROOTCERT is not read, nor root.crl; <c>system</c> is the name of a file. The JVM's
/// own trust store counts only with another sslfactory (DefaultJavaSSLFactory).</para>
/// <para>prefer goes on in plaintext after an N, an error in answer to the SSLRequest, silence, and SQLSTATE 28000 (pg_hba.conf); not
/// after a failed handshake or any other error. allow goes on with TLS after 28000 and where the connection breaks. Silence and the
/// broken connection are new in 42.7.11.</para>
/// <para>Any certificate of the file may end a chain, an expired one, too: that is Java's rule for trust anchors.</para>
/// <para>Not modelled: jdk.certpath.disabledAlgorithms instead of OpenSSL's security level, a DER file as sslrootcert (Java reads
/// one), Java's home directory where $HOME says otherwise, client keys (the default is postgresql.pk8), channelBinding.</para>
/// </remarks>
internal sealed class PgjdbcClient : ISslClient
{
    // invalid_authorization_specification: pg_hba.conf has no line for it, or one that rejects.
    private const string InvalidAuthorization = "28000";

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
            RetriesAfterBreak = connection => GoesOnAfter(connection, mode),
        };
        return mode < SslMode.VerifyCa ? policy : DriverRoots.Verify(policy, mode, () => RootsOf(settings, trust));
    }

    private static bool GoesOnAfter(ConnectionFacts connection, SslMode mode) => connection.Failure?.Error switch
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
                "There is no home directory to look for .postgresql/root.crt in, and pgjdbc does not go without a root certificate.",
                "Get the root certificate of the server's CA and name it with -RootCertificate.")
            : DriverRoots.Load(path, Name, trust);
    }

    private static PgSslException NoSockets(ConnectionHost host) => new(
        PgSslError.HostNotFound,
        $"pgjdbc takes the socket directory \"{host.Host}\" for a host name: it connects over TCP only, unless it is given a socketFactory.",
        "Name a host and a port.");
}
