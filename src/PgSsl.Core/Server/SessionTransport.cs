namespace PgSsl.Server;

/// <summary>How an SQL session is transported, seen from this end.</summary>
internal enum SessionTransport
{
    /// <summary>Encrypted.</summary>
    Tls,
    /// <summary>TCP without encryption, which anybody on the path can read.</summary>
    Plaintext,
    /// <summary>A Unix-domain socket: nothing leaves the machine.</summary>
    UnixSocket,
}
