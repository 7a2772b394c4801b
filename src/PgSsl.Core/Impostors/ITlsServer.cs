using System.Security.Authentication;

namespace PgSsl.Impostors;

/// <summary>
/// The server's side of TLS as far as an impostor needs it. SslStream will not do: it keeps the alert that it got to itself, it cannot be made to
/// speak TLS 1.0, and it refuses to serve some of these certificates.
/// </summary>
internal interface ITlsServer
{
    /// <summary>Begins to be a server on a connection.</summary>
    /// <param name="plain">The connection, once the client may begin. The caller closes it.</param>
    /// <param name="identity">What to serve.</param>
    ITlsServerSession Accept(Stream plain, TlsServerIdentity identity);
}

/// <summary>One connection of a server.</summary>
internal interface ITlsServerSession : IDisposable
{
    /// <summary>Whether both sides have said that they are done.</summary>
    bool IsComplete { get; }

    /// <summary>The last alert that the client has sent, then or later, that is not a farewell; null for none.</summary>
    TlsAlert? Received { get; }

    /// <summary>The alert with which this side ended it; null for none.</summary>
    TlsAlert? Sent { get; }

    /// <summary>The version agreed on, as OpenSSL spells it; null before there is one.</summary>
    string? Protocol { get; }

    /// <summary>What is sent and received inside of TLS.</summary>
    Stream Stream { get; }

    /// <summary>Makes the handshake.</summary>
    /// <exception cref="AuthenticationException">One of the two sides refused; <see cref="Received"/> or <see cref="Sent"/> says why.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">The deadline was over.</exception>
    Task HandshakeAsync(CancellationToken deadline);

    /// <summary>Sends close_notify.</summary>
    Task CloseAsync(CancellationToken deadline);
}

/// <summary>An alert (RFC 8446 6).</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name in the registry: <c>unknown_ca</c>.</param>
internal sealed record TlsAlert(int Number, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Number})";
}
