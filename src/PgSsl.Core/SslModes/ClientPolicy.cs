using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>What one client does in one sslmode with given settings, as data; <see cref="SslModeEvaluator"/> applies it to a server.</summary>
/// <param name="Attempts">The transports in the order in which they are tried; empty if the client refuses the settings.</param>
internal sealed record ClientPolicy(IReadOnlyList<Transport> Attempts)
{
    /// <summary>Why the client would not even try (contradictory settings, a missing file that it needs); null if it would.</summary>
    public PgSslException? Refusal { get; init; }

    /// <summary>What is verified on a TLS attempt.</summary>
    public Verification Verification { get; init; }

    /// <summary>The roots of <see cref="Verification"/>; null if nothing is verified.</summary>
    public TrustStore? Trust { get; init; }

    /// <summary>Which certificates of <see cref="Trust"/> may end a chain.</summary>
    public AnchorRule Anchors { get; init; }

    /// <summary>Why a TLS attempt would fail before its handshake (an unreadable root or key file); null if it would not.</summary>
    public PgSslException? TlsSetupFailure { get; init; }

    /// <summary>Whether its TLS is that of .NET, which lacks what others have.</summary>
    public bool UsesPlatformTls { get; init; }

    /// <summary>The fewest bits of a group for Diffie-Hellman without a curve that its library takes.</summary>
    public int LeastFiniteFieldBits { get; init; }

    /// <summary>The rule that compares names.</summary>
    public Func<X509Certificate2, string, NameVerdict> VerifyName { get; init; } = HostNameVerifier.Verify;

    /// <summary>Whether the next attempt follows a failed handshake or verification.</summary>
    public bool RetriesAfterTlsFailure { get; init; } = true;

    /// <summary>Whether the next attempt follows an N.</summary>
    public bool RetriesWhenTlsIsNotOffered { get; init; } = true;

    /// <summary>Whether the next attempt follows an error message of the server.</summary>
    public Func<Wire.StartupAnswer.Refused, bool> RetriesAfterRefusal { get; init; } = _ => true;

    /// <summary>
    /// Whether the next attempt follows a connection that broke in another way: an error in answer to the SSLRequest, silence, or no
    /// answer to the startup message. It is not asked if there was no connection at all.
    /// </summary>
    public Func<ConnectionFacts, bool> RetriesAfterBreak { get; init; } = _ => false;

    /// <summary>
    /// Why the client refuses the authentication on a connection (libpq's require_auth, channel_binding, sslcertmode); null if it does
    /// not.
    /// </summary>
    public Func<Wire.StartupAnswer.Admitted, ConnectionFacts, PgSslException?> ObjectsToAuthentication { get; init; } = (_, _) => null;

    /// <summary>Whether the authentication itself proves the server's identity (channel_binding=require).</summary>
    public bool AuthenticationProvesServer { get; init; }
}
