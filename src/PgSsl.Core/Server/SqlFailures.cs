using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Wire;

namespace PgSsl.Server;

/// <summary>What can go wrong with an SQL session, in sentences for a DBA: what was seen, and what to do.</summary>
internal static class SqlFailures
{
    private const string InsufficientPrivilege = "42501";
    private const string InvalidAuthorization = "28000";
    private const string InvalidPassword = "28P01";
    private const string InvalidCatalogName = "3D000";
    private const string TooManyConnections = "53300";
    private const string CannotConnectNow = "57P03";

    /// <summary>The server did not admit the role.</summary>
    /// <param name="refused">Its message, made safe to show.</param>
    /// <param name="settings">The role, the database and the server.</param>
    /// <param name="transport">How the session would have been transported.</param>
    /// <param name="password">The password that was tried.</param>
    public static PgSslException Refused(
        StartupAnswer.Refused refused, ConnectionSettings settings, SessionTransport transport, SessionPassword password)
    {
        string user = settings.UserName, database = settings.Database;
        string said = $"{refused.Message} (SQLSTATE {refused.SqlState})";
        return refused.SqlState switch
        {
            InvalidPassword => new(
                PgSslError.AuthenticationFailed,
                $"The server does not accept the password of \"{user}\": {said}.",
                $"The password came from {password.Origin}. A role without a password, or whose password has expired (rolvaliduntil), " +
                "is refused with the same message; the server's log has the reason."),
            CannotConnectNow => new(
                PgSslError.ServerNotReady, $"The server accepts no connections now: {said}.", "Try again when it has started or recovered."),
            InsufficientPrivilege => new(
                PgSslError.InsufficientPrivilege,
                $"\"{user}\" may not connect to database \"{database}\": {said}.",
                $"GRANT CONNECT ON DATABASE {SqlQuoting.Identifier(database)} TO {SqlQuoting.Identifier(user)}, " +
                "or name another database (dbname)."),
            _ => new(
                PgSslError.ConnectionRejected,
                $"The server does not admit user \"{user}\" to database \"{database}\" {Over(transport)}: {said}.",
                refused.SqlState switch
                {
                    InvalidAuthorization => "Check pg_hba.conf for this user, database, address and transport: " +
                        "select * from pg_hba_file_rules",
                    InvalidCatalogName => "Name an existing database (dbname).",
                    TooManyConnections => "Try again later, or raise max_connections.",
                    _ => "The server's log has the details.",
                }),
        };
    }

    /// <summary>The role logged in, and the first statement was refused: so says PgBouncer's admin console, which knows no SQL.</summary>
    /// <param name="settings">The role and the database.</param>
    /// <param name="host">The server.</param>
    /// <param name="sqlState">The SQLSTATE.</param>
    /// <param name="message">The primary message.</param>
    public static PgSslException RefusesSql(ConnectionSettings settings, ConnectionHost host, string sqlState, string message)
    {
        bool isConsole = settings.Database == "pgbouncer";
        return new(
            PgSslError.SqlFailed,
            $"\"{settings.UserName}\" logged in to database \"{settings.Database}\" of {host}, and the first statement was refused: "
                + $"{WireText.Shorten(message)} (SQLSTATE {sqlState})."
                + (isConsole ? " With PgBouncer this database is the admin console, which knows no SQL." : ""),
            isConsole ? "Name another database (dbname), or the server behind PgBouncer." : "The server's log has the details.");
    }

    /// <summary>The server refused a statement.</summary>
    /// <param name="sqlState">The SQLSTATE.</param>
    /// <param name="message">The primary message.</param>
    /// <param name="sql">The statement; it does not become part of the message.</param>
    /// <param name="role">The role that ran it.</param>
    /// <param name="version">The server's version.</param>
    public static PgSslException Failed(string sqlState, string message, string sql, string role, ServerVersion version)
    {
        string said = $"{WireText.Shorten(message)} (SQLSTATE {sqlState}).";
        return sqlState switch
        {
            InsufficientPrivilege => new(
                PgSslError.InsufficientPrivilege,
                $"The server says to role \"{role}\": {said}",
                MissingPrivilege.Remedy(sql, message, role, version)),
            // admin_shutdown, crash_shutdown, connection exceptions
            "57P01" or "57P02" or ['0', '8', ..] => new(
                PgSslError.ConnectionClosed, $"The server ended the session: {said}", "Connect again; the server's log has the reason."),
            _ => new(PgSslError.SqlFailed, $"The server refused a statement: {said}", "The server's log has the details."),
        };
    }

    /// <summary>The server asks for a password, but none was given.</summary>
    public static PgSslException PasswordRequired(ConnectionSettings settings, SessionPassword password) => new(
        PgSslError.PasswordRequired,
        $"The server asks for the password of \"{settings.UserName}\", but none was given.{(password.Problem is { } problem ? " " + problem : "")}",
        "Give -Credential, set PGPASSWORD, or put the password into the password file (~/.pgpass, on Windows " +
        "%APPDATA%\\postgresql\\pgpass.conf).");

    /// <summary>The handshake or the authentication is not as the settings demand.</summary>
    public static PgSslException Unacceptable(string message, string remedy) => new(PgSslError.UnacceptableAuthentication, message, remedy);

    private static string Over(SessionTransport transport) => transport switch
    {
        SessionTransport.Tls => "over TLS",
        SessionTransport.Plaintext => "in plaintext",
        _ => "over the Unix-domain socket",
    };
}
