using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes.Names;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// Npgsql 10 on Linux (Entity Framework, SimplySql …): SSL Mode, with <c>sslrootcert</c> of the connection string as its Root
/// Certificate. Source: npgsql/npgsql, NpgsqlConnector.cs (Open, SetupEncryption, NegotiateEncryption, SslRootValidation) and
/// PostgresEnvironment.cs.
/// </summary>
/// <remarks>
/// <para>Prefer and Require never verify, even if there are roots. Prefer continues in plaintext after an N and after any failure
/// after the handshake, but not after a failed handshake. Allow continues with TLS after any failure.</para>
/// <para>VerifyCA and VerifyFull use Root Certificate, PGSSLROOTCERT or ~/.postgresql/root.crt if that exists, otherwise the
/// operating system's roots. <c>system</c> is the name of a file. root.crl, service files and PGSSLMODE are not read.</para>
/// <para>Other versions: 8 and 9 also accept what the operating system's roots verify, even if a root file is given; 9 and newer have
/// SSL Negotiation; 6 and 7 refuse Require without Trust Server Certificate.</para>
/// <para>Not modelled: the download of a missing intermediate (AIA), Check Certificate Revocation, a root file as PFX, the
/// rules of Windows and macOS for names and chains, Channel Binding and Require Auth, Npgsql's own rules for client key files.</para>
/// </remarks>
internal sealed class NpgsqlClient : ISslClient
{
    /// <inheritdoc/>
    public string Name => "npgsql";

    /// <inheritdoc/>
    public ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity)
    {
        if (RefusalOf(mode, host, settings) is { } refusal)
            return new ClientPolicy([]) { Refusal = refusal };
        // It sends its SSLRequest over a socket as well, and the server answers N.
        if (host.IsUnixSocket)
            return new ClientPolicy([Transport.Plaintext]);

        ClientPolicy policy = new(LibpqAttempts.For(mode))
        {
            VerifyName = (leaf, _) => DotNetNames.Verify(leaf, host.DisplayName),
            UsesPlatformTls = true,
            RetriesAfterTlsFailure = false,
            RetriesAfterBreak = connection =>
                connection.Stage >= ProbeStage.TransportReady && connection.Failure?.Error != PgSslError.ConnectionTimedOut,
        };
        return mode < SslMode.VerifyCa ? policy : DriverRoots.Verify(policy, mode, () => RootsOf(settings, trust));
    }

    private TrustStore RootsOf(ConnectionSettings settings, TrustStoreCache trust)
    {
        if (DriverRoots.Given(settings, SettingSource.Explicit) is { } named)
            return DriverRoots.Load(named, Name, trust);
        if (settings.Environment.GetVariable("PGSSLROOTCERT") is { Length: > 0 } variable)
            return DriverRoots.Load(settings.Environment.ResolvePath(variable), Name, trust);
        return DriverRoots.DefaultPath(settings) is { } usual && trust.Exists(usual)
            ? trust.GetFile(usual)
            : trust.GetSystem(settings.Environment);
    }

    private static PgSslException? RefusalOf(SslMode mode, ConnectionHost host, ConnectionSettings settings)
    {
        if (settings.SslNegotiation == SslNegotiation.Direct && mode < SslMode.Require)
            return new(
                PgSslError.ContradictoryParameters,
                $"Npgsql refuses SSL Negotiation=Direct with sslmode \"{mode.ToLibpq()}\".",
                "Use require, verify-ca or verify-full.");
        if (host.IsUnixSocket && mode >= SslMode.Require)
            return new(
                PgSslError.UnixSocketHasNoTls,
                $"Npgsql asks for TLS on a Unix-domain socket, too; the server has none there, and {mode.ToLibpq()} requires it.",
                "Use sslmode=disable or prefer on a socket.");
        return null;
    }
}
