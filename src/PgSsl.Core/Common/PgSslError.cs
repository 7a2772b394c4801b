namespace PgSsl;

/// <summary>
/// What went wrong, as a stable name. Scripts match on it (it is the error id in PowerShell), so members are added, but never renamed.
/// </summary>
public enum PgSslError
{
    // What was asked for
    /// <summary>The endpoint could not be read as host, URI, conninfo or service.</summary>
    InvalidEndpoint,
    /// <summary>A connection parameter that libpq does not know.</summary>
    UnknownParameter,
    /// <summary>A connection parameter whose value libpq would refuse.</summary>
    InvalidParameterValue,
    /// <summary>Two connection parameters that cannot be used together.</summary>
    ContradictoryParameters,
    /// <summary>No service file defines the service that was named.</summary>
    ServiceNotFound,
    /// <summary>A service file that libpq would refuse.</summary>
    InvalidServiceFile,

    // The network
    /// <summary>The host name has no address.</summary>
    HostNotFound,
    /// <summary>Nothing listens on that port.</summary>
    ConnectionRefused,
    /// <summary>There was no answer in time, at any step.</summary>
    ConnectionTimedOut,
    /// <summary>The network reported another error (unreachable, reset while connecting).</summary>
    ConnectionFailed,
    /// <summary>The server closed the connection in the middle of the exchange.</summary>
    ConnectionClosed,

    // What answered
    /// <summary>The server answered N: it does not offer TLS.</summary>
    TlsNotOffered,
    /// <summary>The server answered the SSLRequest with an ErrorResponse.</summary>
    ServerRejectedSslRequest,
    /// <summary>The answer is not the PostgreSQL protocol.</summary>
    NotPostgreSql,
    /// <summary>Plaintext followed the server's S before the handshake (CVE-2021-23222).</summary>
    UnencryptedDataAfterSslResponse,
    /// <summary>A message that breaks the protocol or is larger than any server sends here.</summary>
    ProtocolViolation,
    /// <summary>The TLS handshake failed.</summary>
    TlsHandshakeFailed,
    /// <summary>Direct TLS was asked for, and the server does not do it (before PostgreSQL 17).</summary>
    DirectTlsNotSupported,
    /// <summary>TLS does not exist on Unix-domain sockets.</summary>
    UnixSocketHasNoTls,

    // What a client would refuse
    /// <summary>The server's certificate chain does not verify with the roots that the client uses.</summary>
    UntrustedCertificate,
    /// <summary>The server's certificate does not name the host that was asked for.</summary>
    HostNameMismatch,
    /// <summary>A certificate that the server sent cannot be parsed.</summary>
    MalformedCertificate,
    /// <summary>The server does not admit this user to this database over this transport.</summary>
    ConnectionRejected,
    /// <summary>The server asks for an authentication method that the client's settings forbid.</summary>
    UnacceptableAuthentication,
    /// <summary>The program that answers at PgBouncer's admin console runs as neither PgBouncer's account nor root. It got no password.</summary>
    UntrustedPeer,

    // Files
    /// <summary>A file that was named does not exist.</summary>
    FileNotFound,
    /// <summary>A file exists, but cannot be read.</summary>
    FileUnreadable,
    /// <summary>A file that should hold certificates does not, as OpenSSL reads it.</summary>
    InvalidCertificateFile,
    /// <summary>A private key file that libpq would refuse: owner, mode, format or passphrase.</summary>
    InvalidKeyFile,
    /// <summary>Certificate and private key do not belong together.</summary>
    KeyMismatch,

    // Writing files
    /// <summary>A file that was to be created exists already.</summary>
    FileExists,
    /// <summary>
    /// A file that was to be written is not what it should be: a directory or a device, another content, or somebody else's link leads to it.
    /// Nothing was written.
    /// </summary>
    UnexpectedFile,
    /// <summary>A file was changed by somebody else between reading and writing it. Nothing was written.</summary>
    FileChanged,
    /// <summary>A file could not be written; nothing was changed.</summary>
    FileNotWritten,
    /// <summary>
    /// A change failed and could not be undone completely, or somebody else's content was left in place: the old state has to be restored by hand.
    /// The message says what each file holds.
    /// </summary>
    FileNotRestored,

    // Backups
    /// <summary>A file is not a backup of this module: it is not named as one, or is no regular file.</summary>
    NotABackup,
    /// <summary>A backup is not of the file or the server that it was to be restored to, or somebody else could have put it there.</summary>
    ForeignBackup,
    /// <summary>A backup does not have the content that its record says.</summary>
    BackupDamaged,

    // Waiting
    /// <summary>The expected certificate was not served in time.</summary>
    CertificateNotServed,

    // Roots from elsewhere
    /// <summary>A download failed: because of the network, the answer, or a redirect that is not followed.</summary>
    DownloadFailed,
    /// <summary>A root does not have the expected fingerprint.</summary>
    FingerprintMismatch,
    /// <summary>A chain could not be completed up to a root.</summary>
    ChainIncomplete,
    /// <summary>The provider has a different root for each account, and only its owner can download it.</summary>
    AccountRequired,
    /// <summary>A provider's root was found nowhere.</summary>
    RootNotFound,

    // Root certificates
    /// <summary>A certificate that is to be trusted, but at which no chain can end: it is not a CA, or its own root is missing.</summary>
    NotARootCertificate,
    /// <summary>A certificate that is to be trusted, but is not valid now: it has expired, or is not valid yet.</summary>
    CertificateNotValid,
    /// <summary>
    /// A root came from the server that it is to verify, or from a URL in its certificate, so nobody vouches for it. Neither does the operating
    /// system, if the server's certificate is for another host.
    /// </summary>
    RootNotVouchedFor,
    /// <summary>After the change, a server that was named would be reached without TLS, or not at all. Nothing was changed.</summary>
    ConnectionsAtRisk,

    // Making keys and certificates
    /// <summary>A subject, or one of its fields, that no certificate can have.</summary>
    InvalidSubject,
    /// <summary>A DNS name or IP address that no certificate can have.</summary>
    InvalidHostName,
    /// <summary>A kind of key that PostgreSQL or its clients could not use.</summary>
    UnsupportedKeyAlgorithm,

    // SQL
    /// <summary>A connection parameter that libpq respects, but an SQL session of this module cannot; it is not ignored.</summary>
    UnsupportedParameter,
    /// <summary>The server asks for a password, but none was given.</summary>
    PasswordRequired,
    /// <summary>A password would have been sent to another machine in plaintext. It was not sent.</summary>
    InsecurePassword,
    /// <summary>The server does not accept the password (SQLSTATE 28P01).</summary>
    AuthenticationFailed,
    /// <summary>The server is starting up, shutting down or recovering (SQLSTATE 57P03).</summary>
    ServerNotReady,
    /// <summary>None of the servers is as target_session_attrs demands.</summary>
    NoSuitableServer,
    /// <summary>The role lacks a privilege (SQLSTATE 42501).</summary>
    InsufficientPrivilege,
    /// <summary>The server refused a statement for another reason; the message has its SQLSTATE.</summary>
    SqlFailed,
    /// <summary>A statement was answered with something that no PostgreSQL answers: too much, too little, or values of another form.</summary>
    UnexpectedAnswer,
    /// <summary>The server does not have this session, or not any more.</summary>
    SessionNotFound,

    // pg_hba.conf
    /// <summary>A pg_hba.conf that the server would not load.</summary>
    InvalidHbaFile,
    /// <summary>Other software manages this: Patroni, an operator, a provider … Nothing was changed.</summary>
    ManagedElsewhere,
    /// <summary>A server's files were to be changed, and it is not shown that they are on this machine. Nothing was changed.</summary>
    ServerElsewhere,
    /// <summary>Somebody would be locked out. Nothing was changed.</summary>
    LockOut,
    /// <summary>After the change clients would get in that show less than was asked for before: without a password, for example.</summary>
    LooserLogin,
    /// <summary>The server would not load a certificate or a key. Nothing was changed.</summary>
    RequirementNotMet,
    /// <summary>
    /// The server did not load a change, or it had another effect than planned. It was undone: files and settings are as before, and the server was
    /// seen to use them again.
    /// </summary>
    ChangeNotProven,
    /// <summary>
    /// A change could not be proven. Files and settings are as before, but it was not seen that the server uses them again: it has to be reloaded.
    /// </summary>
    UndoNotProven,
    /// <summary>Nothing would show whether the server takes a change. Nothing was changed.</summary>
    NotProvable,

    // Poolers
    /// <summary>A pgbouncer.ini that PgBouncer would not load, or that cannot be changed without changing other settings.</summary>
    InvalidPgBouncerFile,

    // postgresql.conf
    /// <summary>A configuration file that the server would not load.</summary>
    InvalidConfigurationFile,
}
