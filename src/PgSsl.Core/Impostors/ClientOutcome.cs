namespace PgSsl.Impostors;

/// <summary>How far a client went, over all connections of one attempt; the farther, the greater.</summary>
internal enum ClientOutcome
{
    /// <summary>It did not come.</summary>
    NoConnection,
    /// <summary>It refused, and said so: by an alert, or because there was nothing that it could go on with.</summary>
    Refused,
    /// <summary>It ended the connection in the handshake, without saying why.</summary>
    RefusedSilently,
    /// <summary>It completed the handshake, and ended then, before it said anything.</summary>
    RefusedAfterHandshake,
    /// <summary>It began a session, and ended because the login could not be bound to the TLS connection.</summary>
    ProtectedByChannelBinding,
    /// <summary>It began a session inside of TLS: it has told user and database, and goes on to log in.</summary>
    Accepted,
    /// <summary>It began a session in plaintext.</summary>
    AcceptedPlaintext,
}
