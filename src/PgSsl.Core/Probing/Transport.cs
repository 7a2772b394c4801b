namespace PgSsl.Probing;

/// <summary>What a connection's bytes travel in.</summary>
internal enum Transport
{
    /// <summary>Encrypted.</summary>
    Tls,
    /// <summary>Readable by whoever is on the way.</summary>
    Plaintext,
}
