using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>What a client meets in one mode.</summary>
/// <param name="Transport">What it ends up with; null where it does not connect.</param>
/// <param name="Verification">What it checks of the server on that transport, or would have checked.</param>
/// <param name="MitmSafe">True where it connects and a man in the middle could not have taken the server's place.</param>
/// <param name="Reason">One sentence for a DBA: why.</param>
/// <param name="Remedy">What to do next; null where nothing is to be done.</param>
/// <param name="Failure">Why it does not connect; null where it does.</param>
/// <param name="Used">The connections that the client would have made, in order.</param>
internal sealed record SslModeVerdict(
    Transport? Transport,
    Verification Verification,
    bool MitmSafe,
    string Reason,
    string? Remedy,
    PgSslException? Failure,
    IReadOnlyList<ConnectionFacts> Used);
