using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes.Names;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// node-postgres (pg 8 with pg-connection-string 2; Prisma and others have other rules) with the mode in its connection string.
/// Source: brianc/node-postgres, pg-connection-string/index.js and pg/lib/connection.js; Node.js, lib/tls.js.
/// </summary>
/// <remarks>
/// <para>Every mode except disable is verify-full, even allow, and none falls back to plaintext. pg 9 is announced to follow libpq; pg 8 follows it
/// with uselibpqcompat=true. no-verify in a connection string verifies nothing. (In PGSSLMODE instead of a connection string, allow is
/// disable.)</para>
/// <para>The roots are those of <c>sslrootcert</c> in the connection string, a file that must exist even for disable; <c>system</c> is
/// the name of a file. Otherwise they are the Mozilla roots of Node.js; here those of the operating system are used instead.
/// PGSSLROOTCERT, ~/.postgresql and root.crl are not read.</para>
/// <para>Cipher suites: those of OpenSSL (node_constants.h, DEFAULT_CIPHER_LIST_CORE, ends in HIGH).</para>
/// <para>Not modelled: the security level that a version of Node.js sets (1 before Node.js 24), NODE_EXTRA_CA_CERTS, --use-system-ca,
/// client keys (only those of the connection string are used), sslnegotiation before pg 8.22.</para>
/// </remarks>
internal sealed class NodePostgresClient : ISslClient
{
    private const string BundledRoots = "the roots of Node.js (assumed to be those of this machine)";

    /// <inheritdoc/>
    public string Name => "node-postgres";

    /// <inheritdoc/>
    public ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity)
    {
        if (RefusalOf(mode, host, settings) is { } refusal)
            return new ClientPolicy([]) { Refusal = refusal };
        try
        {
            TrustStore? given = DriverRoots.Given(settings, SettingSource.Explicit) is { } named ? DriverRoots.Load(named, Name, trust) : null;
            if (mode == SslMode.Disable)
                return new ClientPolicy([Transport.Plaintext]);
            return new ClientPolicy([Transport.Tls])
            {
                Verification = VerificationOf(mode, settings, given is not null),
                Trust = given ?? trust.GetSystem(settings.Environment, BundledRoots),
                VerifyName = (leaf, _) => NodeNames.Verify(leaf, host.DisplayName),
            };
        }
        catch (PgSslException failure)
        {
            return new ClientPolicy([]) { Refusal = failure };
        }
    }

    /// <summary>pg-connection-string/index.js, parse: rejectUnauthorized and checkServerIdentity.</summary>
    private static Verification VerificationOf(SslMode mode, ConnectionSettings settings, bool hasRoots)
    {
        if (settings.Application is not { Client: "node-postgres" } application)
            return Verification.ChainAndHost;
        bool isUnverified = mode == settings.AskedSslMode && (application["sslmode"] ?? application["ssl"]) == "no-verify";
        if (application["uselibpqcompat"] != "true")
            return isUnverified ? Verification.None : Verification.ChainAndHost;
        return mode switch
        {
            SslMode.Prefer => Verification.None,
            SslMode.Require when !hasRoots => Verification.None,
            SslMode.Require => Verification.Chain,
            SslMode.VerifyCa when hasRoots => Verification.Chain,
            SslMode.VerifyCa => throw new PgSslException(
                PgSslError.FileNotFound,
                "With uselibpqcompat=true node-postgres refuses verify-ca without sslrootcert.",
                "Name the root certificate of the server's CA with sslrootcert, or use verify-full."),
            _ => Verification.ChainAndHost,
        };
    }

    private static PgSslException? RefusalOf(SslMode mode, ConnectionHost host, ConnectionSettings settings)
    {
        if (mode == SslMode.Disable && settings.SslNegotiation == SslNegotiation.Direct)
            return new(
                PgSslError.ContradictoryParameters,
                "node-postgres refuses sslnegotiation=direct with sslmode \"disable\".",
                "Use require, verify-ca or verify-full.");
        if (mode != SslMode.Disable && host.IsUnixSocket)
            return new(
                PgSslError.UnixSocketHasNoTls,
                $"node-postgres asks for TLS on a Unix-domain socket, too; the server has none there, and {mode.ToLibpq()} requires it.",
                "Use sslmode=disable on a socket.");
        return null;
    }
}
