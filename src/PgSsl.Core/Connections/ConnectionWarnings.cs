namespace PgSsl.Connections;

/// <summary>Finds settings whose effect is different from what people expect.</summary>
internal sealed class ConnectionWarnings
{
    private readonly ConnectionSettings _settings;
    private readonly bool _rootExists;
    private readonly bool _allSockets;

    private ConnectionWarnings(ConnectionSettings settings)
    {
        _settings = settings;
        // As libpq's stat(): a directory counts as existing, too, and turns verification on, which then fails.
        _rootExists = Path.Exists(settings.RootCertificatePath);
        _allSockets = settings.Hosts.All(host => host.IsUnixSocket);
    }

    /// <summary>The warnings by parameter, from the settings and the files that they name.</summary>
    internal static IReadOnlyDictionary<string, string> Find(ConnectionSettings settings)
    {
        var warnings = new ConnectionWarnings(settings);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        void Add(string name, string? warning)
        {
            if (warning is not null) found.Add(name, warning);
        }
        Add("sslmode", warnings.OnSslMode());
        Add("sslrootcert", warnings.OnRootCertificate());
        Add("sslcrl", warnings.OnCrl("sslcrl"));
        Add("sslcrldir", warnings.OnCrl("sslcrldir"));
        Add("gssencmode", warnings.OnGssEncMode());
        Add("sslkeylogfile", warnings.OnKeyLog());
        return found;
    }

    private string? OnSslMode()
    {
        bool chosen = _settings.Get("sslmode").Source != SettingSource.Default;
        if (_allSockets)
            return chosen && _settings.SslMode > SslMode.Allow ? "Ignored: TLS does not exist on Unix-domain sockets." : null;
        return _settings.SslMode switch
        {
            SslMode.Allow => "Protects from nothing: TLS is used only if the server refuses plaintext.",
            SslMode.Prefer => "Protects from nothing: anybody on the network path can turn TLS off unnoticed.",
            SslMode.Require when !_rootExists => "Encrypts, but to any server: without root certificates the server is not verified.",
            _ => null,
        };
    }

    private string? OnRootCertificate()
    {
        if (_allSockets || _settings.UsesSystemRoots) return null;
        return _rootExists ? OnExistingRoot() : OnMissingRoot();
    }

    /// <summary>fe-secure-openssl.c, initialize_SSL: a root file that exists turns verification on in every sslmode.</summary>
    private string? OnExistingRoot()
    {
        string? effect = _settings.SslMode switch
        {
            SslMode.Allow or SslMode.Prefer =>
                $"with sslmode={_settings.SslMode.ToLibpq()} it falls back to plaintext if the server fails verification",
            SslMode.Require => "sslmode=require acts as verify-ca",
            _ => null,
        };
        return effect is null ? null : $"libpq verifies in every sslmode because this file exists: {effect}.";
    }

    private string? OnMissingRoot()
    {
        string misplaced = MisplacedRoot(_settings.Environment) is { } path ? $" {path} exists, but libpq does not look there." : "";
        if (_settings.SslMode >= SslMode.VerifyCa)
            return $"The file does not exist, so libpq refuses to connect with sslmode={_settings.SslMode.ToLibpq()}.{misplaced}";
        if (_settings.Get("sslrootcert").Source != SettingSource.Default)
            return $"The file does not exist, so libpq does not verify the server, without a warning.{misplaced}";
        return misplaced.Length > 0 ? misplaced.TrimStart() : null;
    }

    /// <summary>The instructions of several providers name this directory, but libpq reads only <c>~/.postgresql</c>.</summary>
    internal static string? MisplacedRoot(ConnectionEnvironment environment)
    {
        string? path = environment.UnderHome(Path.Combine(".postgres", ConnectionSettings.DefaultRootFile));
        return !environment.IsWindows && File.Exists(path) ? path : null;
    }

    /// <summary>fe-secure-openssl.c, initialize_SSL: revocation lists are loaded only together with a root file.</summary>
    private string? OnCrl(string name)
    {
        ConnectionSetting setting = _settings.Get(name);
        if (setting.Source == SettingSource.Default || string.IsNullOrEmpty(setting.Raw)) return null;
        if (_settings.UsesSystemRoots) return "Ignored: libpq loads no revocation lists with sslrootcert=system.";
        string path = _settings.Environment.ResolvePath(setting.Raw);
        return Path.Exists(path) ? null : "Does not exist, so libpq checks no revocation, without a warning.";
    }

    private string? OnKeyLog() => string.IsNullOrEmpty(_settings["sslkeylogfile"])
        ? null
        : "libpq 18 writes the session's TLS secrets to this file: anybody who reads it can decrypt the traffic.";

    private string? OnGssEncMode()
    {
        if (_allSockets || _settings.GssEncMode != "prefer" || TicketCache() is not { } cache) return null;
        return $"A Kerberos ticket cache exists ({cache}), so libpq tries GSSAPI encryption before TLS, whatever sslmode is.";
    }

    /// <summary>
    /// The ticket cache of MIT Kerberos, if it is one that can be seen: <c>KRB5CCNAME</c>, else <c>/tmp/krb5cc_uid</c>.
    /// </summary>
    private string? TicketCache()
    {
        ConnectionEnvironment environment = _settings.Environment;
        if (environment.IsWindows) return null;
        string? named = environment.GetVariable("KRB5CCNAME");
        if (string.IsNullOrEmpty(named)) named = environment.UserId is { } userId ? $"/tmp/krb5cc_{userId}" : null;
        if (named is null) return null;
        int colon = named.IndexOf(':');
        string type = colon < 0 ? "FILE" : named[..colon];
        if (type is not ("FILE" or "DIR")) return named;
        return Path.Exists(environment.ResolvePath(named[(colon + 1)..])) ? named : null;
    }
}
