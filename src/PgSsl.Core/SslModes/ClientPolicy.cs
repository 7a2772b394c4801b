using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>What one client does in one sslmode with one set of settings, as data: the evaluator plays it against what a server showed.</summary>
/// <param name="Attempts">The transports in the order in which they are tried; empty where the client refuses the settings.</param>
internal sealed record ClientPolicy(IReadOnlyList<Transport> Attempts)
{
    /// <summary>Why the client would not even try (contradictory settings, a missing file it insists on); null where it would.</summary>
    public PgSslException? Refusal { get; init; }

    /// <summary>What is checked on a TLS attempt.</summary>
    public Verification Verification { get; init; }

    /// <summary>The roots that <see cref="Verification"/> goes by; null where nothing is verified.</summary>
    public TrustStore? Trust { get; init; }

    /// <summary>Which certificates of <see cref="Trust"/> may end a chain.</summary>
    public AnchorRule Anchors { get; init; }

    /// <summary>Why a TLS attempt would fail before its handshake (an unreadable root or key file); null where it would not.</summary>
    public PgSslException? TlsSetupFailure { get; init; }

    /// <summary>The rule by which names are compared.</summary>
    public Func<X509Certificate2, string, NameVerdict> VerifyName { get; init; } = HostNameVerifier.Verify;

    /// <summary>True where the next attempt follows a failed handshake or verification.</summary>
    public bool RetriesAfterTlsFailure { get; init; } = true;

    /// <summary>True where the next attempt follows an N.</summary>
    public bool RetriesWhenTlsIsNotOffered { get; init; } = true;

    /// <summary>Whether the next attempt follows an error message of the server's.</summary>
    public Func<Wire.StartupAnswer.Refused, bool> RetriesAfterRefusal { get; init; } = _ => true;

    /// <summary>
    /// Whether the next attempt follows a connection that broke otherwise: an error in answer to the SSLRequest, silence, or no answer
    /// to the startup message. Not asked where no connection was made at all.
    /// </summary>
    public Func<ConnectionFacts, bool> RetriesAfterBreak { get; init; } = _ => false;

    /// <summary>
    /// What the client has against the authentication on a connection (libpq's require_auth, channel_binding, sslcertmode); null where
    /// nothing.
    /// </summary>
    public Func<Wire.StartupAnswer.Admitted, ConnectionFacts, PgSslException?> ObjectsToAuthentication { get; init; } = (_, _) => null;

    /// <summary>True where the authentication itself proves the server (channel_binding=require).</summary>
    public bool AuthenticationProvesServer { get; init; }
}
