namespace PgSsl.Poolers;

/// <summary>How PgBouncer can be reloaded otherwise, in the words of the platform: Windows has no signals (pgbouncer's win32support.c).</summary>
internal static class ReloadAdvice
{
    /// <summary>Where the console cannot be used.</summary>
    public static string WithoutConsole(bool isWindows) => isWindows
        ? "Let PgBouncer listen at 127.0.0.1 as well (listen_addr), with a client_tls_sslmode of require or less; or write the files while its " +
            "service is stopped."
        : "Set unix_socket_dir, or have PgBouncer reloaded through its pidfile.";

    /// <summary>Where the console is not trusted.</summary>
    public static string WithoutPassword(bool isWindows) => isWindows
        ? "Without -Credential, the files are written only while the service of PgBouncer is stopped (Stop-Service); it loads them when it starts."
        : "Without -Credential, PgBouncer is reloaded by a signal.";

    /// <summary>Where there is no console and no process to signal, but PgBouncer runs.</summary>
    public static string WithoutProcess(bool isWindows) => isWindows
        ? "Give a role of admin_users for the admin console: -Credential. Or stop the service of PgBouncer, and start it after the change."
        : "Let pidfile name the process, or give a role of admin_users for the admin console: -Credential.";
}
