using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// Settings that libpq respects, but the driver cannot. Each of them makes a connection safer, or a different one: without it, this module
/// would open a session that libpq would not open.
/// </summary>
internal static class SessionSupport
{
    /// <summary>Throws for a setting that cannot be respected.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnsupportedParameter"/>.</exception>
    public static void Check(ConnectionSettings settings)
    {
        if (settings.GssEncMode == "require")
            throw Unsupported(settings, "gssencmode", "encrypts only with TLS", "Set gssencmode=disable.");
        if (settings["min_protocol_version"] is "3.2" or "latest")
            throw Unsupported(settings, "min_protocol_version", "uses protocol 3.0", "Leave it out.");
        if (settings["replication"] is { Length: > 0 } replication && replication is not ("0" or "off" or "false" or "no"))
            throw Unsupported(settings, "replication", "is not a replication connection", "Leave it out.");
        string[] keys = ["scram_client_key", "scram_server_key"];
        if (Array.Find(keys, name => settings[name] is { Length: > 0 }) is { } key)
            throw Unsupported(settings, key, "authenticates with the password itself", "Give the password.");
    }

    private static PgSslException Unsupported(ConnectionSettings settings, string name, string why, string remedy) => new(
        PgSslError.UnsupportedParameter, $"{settings.Get(name).Shown}: an SQL session of PgSsl {why}.", remedy);
}
