namespace PgSsl.Server;

/// <summary>What the bytes of an SQL session travel in, seen from this end.</summary>
internal enum SessionTransport
{
    /// <summary>Encrypted.</summary>
    Tls,
    /// <summary>TCP, readable by whoever is on the way.</summary>
    Plaintext,
    /// <summary>A Unix-domain socket: nothing leaves the machine.</summary>
    UnixSocket,
}
