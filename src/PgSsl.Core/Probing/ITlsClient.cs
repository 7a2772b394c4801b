using System.Security.Authentication;

namespace PgSsl.Probing;

/// <summary>
/// A TLS implementation as far as a probe needs one: it makes the handshake that libpq would make, accepts any certificate, and tells what it
/// saw. It never resumes and never renegotiates.
/// </summary>
internal interface ITlsClient
{
    /// <summary>Makes a handshake.</summary>
    /// <param name="plain">The connection, once the server has agreed to TLS. The caller closes it.</param>
    /// <param name="request">What to offer: versions, server name, client certificate.</param>
    /// <param name="deadline">Ends the handshake at once.</param>
    /// <exception cref="AuthenticationException">One of the two sides refused; the innermost message says which, and why.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">The deadline was over.</exception>
    Task<ITlsSession> HandshakeAsync(Stream plain, ProbeRequest request, CancellationToken deadline);
}

/// <summary>A connection on which the handshake is done.</summary>
internal interface ITlsSession : IDisposable
{
    /// <summary>What the handshake showed.</summary>
    TlsFacts Facts { get; }

    /// <summary>What is sent and received inside of TLS. An alert that ends the connection is an <see cref="IOException"/>.</summary>
    Stream Stream { get; }

    /// <summary>Sends close_notify, so that the server does not log a broken connection.</summary>
    /// <exception cref="IOException">The server was quicker.</exception>
    Task CloseAsync(CancellationToken deadline);
}
