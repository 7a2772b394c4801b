using System.Collections;

namespace PgSsl.Sandbox;

/// <summary>Environments in which nothing of the developer's own PostgreSQL or OpenSSL set-up plays a role.</summary>
public static class CleanEnvironment
{
    /// <summary>For servers and their tools: messages in English, no PG* variables.</summary>
    public static Dictionary<string, string?> ForServers()
    {
        var environment = new Dictionary<string, string?> { ["LC_ALL"] = "C", ["LANGUAGE"] = null };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith("PG", StringComparison.OrdinalIgnoreCase))
                environment[name] = null;
        }
        return environment;
    }

    /// <summary>
    /// For clients: also without SSL_CERT_*, and with <c>~/.postgresql</c> and the service file of an empty home.
    /// </summary>
    public static Dictionary<string, string?> ForClients(string home)
    {
        Dictionary<string, string?> environment = ForServers();
        environment["SSL_CERT_FILE"] = null;
        environment["SSL_CERT_DIR"] = null;
        environment["KRB5CCNAME"] = null;
        environment["HOME"] = home;
        environment["APPDATA"] = home;
        environment["XDG_STATE_HOME"] = null;
        environment["LOCALAPPDATA"] = home;
        environment["PGSYSCONFDIR"] = home;
        return environment;
    }
}
