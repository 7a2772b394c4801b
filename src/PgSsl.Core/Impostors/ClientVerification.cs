using PgSsl.Impostors;

namespace PgSsl;

/// <summary>What a client did at one impostor of a PostgreSQL server, or at the genuine one.</summary>
public sealed record ClientVerification
{
    /// <summary><c>Genuine</c> (the control), <c>SelfSigned</c>, <c>OtherCa</c>, <c>WrongName</c> …</summary>
    public required string Impostor { get; init; }

    /// <summary>
    /// How far the client went: <c>NoConnection</c>, <c>Refused</c>, <c>RefusedSilently</c>, <c>RefusedAfterHandshake</c>,
    /// <c>ProtectedByChannelBinding</c>, <c>Accepted</c> or <c>AcceptedPlaintext</c>.
    /// </summary>
    public required string Outcome { get; init; }

    /// <summary>Whether it went on as with its own server: right for the genuine one, wrong for all others.</summary>
    public required bool Accepted { get; init; }

    /// <summary>
    /// Whether this proves anything. A client that refuses the genuine server has another problem, so that its other refusals prove nothing.
    /// </summary>
    public required bool IsConclusive { get; init; }

    /// <summary>
    /// The strictest mode of libpq that the client is at least as strict as, over all impostors of the run; null where that cannot be said.
    /// </summary>
    public string? BehavesLike { get; init; }

    /// <summary>The TLS alert with which the client refused: <c>unknown_ca</c> …; null for none.</summary>
    public string? Alert { get; init; }

    /// <summary>How often it connected.</summary>
    public required int Connections { get; init; }

    /// <summary>The version of TLS that was agreed on: <c>TLSv1.3</c>; null for none.</summary>
    public string? Protocol { get; init; }

    /// <summary>The versions of TLS that the client offers, its favourite first.</summary>
    public required OutputList<string> TlsVersions { get; init; }

    /// <summary>The groups that it offers for the key exchange, its favourite first.</summary>
    public required OutputList<string> Groups { get; init; }

    /// <summary>The signature algorithms that it accepts.</summary>
    public required OutputList<string> SignatureAlgorithms { get; init; }

    /// <summary>Whether it offers a key exchange that a quantum computer does not break; null where it offered no TLS.</summary>
    public bool? OffersPostQuantum { get; init; }

    /// <summary>The host name that it names in the handshake (SNI); null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>What it offers by ALPN: <c>postgresql</c> since libpq 17.</summary>
    public required OutputList<string> Alpn { get; init; }

    /// <summary>Whether it went on in plaintext after it had asked for TLS.</summary>
    public required bool FellBackToPlaintext { get; init; }

    /// <summary>
    /// Whether the login is bound to the TLS connection: <c>required</c>, <c>used</c>, <c>possible</c>, <c>no</c>; null where the client did not get
    /// that far.
    /// </summary>
    public string? ChannelBinding { get; init; }

    /// <summary>What it did on each connection.</summary>
    public required OutputList<string> Steps { get; init; }

    /// <summary>What a client checks that refuses this impostor.</summary>
    public required string Proves { get; init; }

    /// <summary>What happened, in a sentence or two.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do next; null if nothing needs to be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>The name by which the client was to know the server.</summary>
    public required string HostName { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Whether the client did what it should.</summary>
    internal bool IsRight => IsConclusive && Accepted == (Impostor == nameof(ImpostorKind.Genuine));
}
