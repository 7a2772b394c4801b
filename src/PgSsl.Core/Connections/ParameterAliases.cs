namespace PgSsl.Connections;

/// <summary>PowerShell names that a hashtable may use for libpq's parameters.</summary>
internal static class ParameterAliases
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HostName"] = "host",
        ["Server"] = "host",
        ["ComputerName"] = "host",
        ["Address"] = "hostaddr",
        ["UserName"] = "user",
        ["Database"] = "dbname",
        ["RootCertificate"] = "sslrootcert",
    };

    /// <summary>libpq's name for a name in any case, or for an alias.</summary>
    /// <exception cref="PgSslException">libpq has no such parameter.</exception>
    public static string Resolve(string name)
    {
        if (Aliases.TryGetValue(name, out string? canonical)) return canonical;
        return ConnectionParameters.Find(name.ToLowerInvariant())?.Name ?? throw EndpointErrors.UnknownParameter(name);
    }
}
