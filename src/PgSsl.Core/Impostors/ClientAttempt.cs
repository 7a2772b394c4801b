namespace PgSsl.Impostors;

/// <summary>All that a client did at one impostor: it may come twice, by two addresses, or again in plaintext.</summary>
/// <param name="Impostor">The impostor.</param>
/// <param name="Connections">What it did on each connection, in the order in which they came.</param>
internal sealed record ClientAttempt(Impostor Impostor, IReadOnlyList<ClientSteps> Connections)
{
    /// <summary>How many connections of other accounts of this machine were closed at once.</summary>
    public int Strangers { get; init; }

    /// <summary>How many connections were too many, and closed at once.</summary>
    public int Surplus { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The connection on which it first began a session; null where it began none.</summary>
    public ClientSteps? FirstStart => Connections.FirstOrDefault(connection => connection.Started);

    /// <summary>The last ClientHello that could be read: all are the same, except where a client falls back.</summary>
    public Wire.ClientHello? Hello => Connections.LastOrDefault(connection => connection.Hello is not null)?.Hello;

    /// <summary>Whether it went on in plaintext after it had wanted TLS.</summary>
    public bool FellBackToPlaintext => Connections.Any(connection =>
        connection.StartedInPlaintext && Connections.Any(other => other.WantedTls && other.Number <= connection.Number));
}
