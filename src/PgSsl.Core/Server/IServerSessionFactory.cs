namespace PgSsl.Server;

/// <summary>Opens SQL sessions. The driver is behind this interface.</summary>
internal interface IServerSessionFactory
{
    /// <summary>Opens a session with one host, as libpq would with the same settings (see <see cref="SqlSessionRequest"/>).</summary>
    /// <param name="request">The server, the role and the database.</param>
    /// <param name="cancellationToken">Ends the attempt at once.</param>
    /// <exception cref="PgSslException">
    /// The errors of a probe (HostNotFound, ConnectionRefused, ConnectionTimedOut, TlsNotOffered, TlsHandshakeFailed …); UntrustedCertificate,
    /// HostNameMismatch, and those of the files for verifying; PasswordRequired, InsecurePassword, AuthenticationFailed,
    /// UnacceptableAuthentication, ConnectionRejected, ServerNotReady, InsufficientPrivilege, UnsupportedParameter.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<IServerSession> OpenAsync(SqlSessionRequest request, CancellationToken cancellationToken);
}
