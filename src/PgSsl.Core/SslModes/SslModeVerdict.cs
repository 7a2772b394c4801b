using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>What happens to a client in one mode.</summary>
/// <param name="Transport">The transport of its connection; null if it does not connect.</param>
/// <param name="Verification">What it verifies about the server on that transport, or would have verified.</param>
/// <param name="MitmSafe">True if it connects and a man in the middle could not have been in the server's place.</param>
/// <param name="Reason">Why, in one sentence for a DBA.</param>
/// <param name="Remedy">What to do next; null if nothing needs to be done.</param>
/// <param name="Failure">Why it does not connect; null if it does.</param>
/// <param name="Used">The connections that the client would have made, in order.</param>
internal sealed record SslModeVerdict(
    Transport? Transport,
    Verification Verification,
    bool MitmSafe,
    string Reason,
    string? Remedy,
    PgSslException? Failure,
    IReadOnlyList<ConnectionFacts> Used);
