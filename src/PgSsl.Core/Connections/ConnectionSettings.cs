using System.Diagnostics;
using PgSsl.Common;

namespace PgSsl.Connections;

/// <summary>
/// The settings with which libpq 18 would connect, each with its source. They are always settings that libpq accepts, because
/// <see cref="PgEndpoint.Resolve"/> refuses all others.
/// </summary>
internal sealed class ConnectionSettings
{
    /// <summary>The value of <c>sslrootcert</c> for the operating system's roots, instead of a file.</summary>
    public const string SystemRoots = "system";

    /// <summary>The client whose settings these are, unless an application's string says otherwise.</summary>
    public const string Libpq = "libpq";

    internal const string DefaultRootFile = "root.crt";
    internal const string DefaultCrlFile = "root.crl";
    internal const string DefaultCertificateFile = "postgresql.crt";
    internal const string DefaultKeyFile = "postgresql.key";

    private readonly ConnectionSetting[] _all;

    internal ConnectionSettings(ConnectionSetting[] all, ConnectionEnvironment environment)
    {
        (_all, Environment) = (all, environment);
        Hosts = HostList.Expand(this);
    }

    /// <summary>
    /// Every parameter in the order of <see cref="ConnectionParameters.All"/>, without warnings (see <see cref="Describe"/>).
    /// </summary>
    public IReadOnlyList<ConnectionSetting> All => _all;

    /// <summary>The environment in which the settings were resolved.</summary>
    public ConnectionEnvironment Environment { get; }

    /// <summary>What the connection string of an application says to its driver; null for what was written for libpq.</summary>
    public ApplicationConnection? Application { get; init; }

    /// <summary>The mode that the endpoint asks for, even if the settings are those for any mode; null for one that libpq does not have.</summary>
    public SslMode? AskedSslMode { get; init; }

    /// <summary>The effective value, by libpq's name; masked for a secret; null where there is none.</summary>
    public string? this[string name] => ConnectionParameters.IsSecret(name) ? Get(name).Value : Get(name).Raw;

    /// <summary>The servers to try in turn; at least one.</summary>
    public IReadOnlyList<ConnectionHost> Hosts { get; }

    /// <summary>The effective <c>sslmode</c>.</summary>
    public SslMode SslMode =>
        SslModeText.TryParseLibpq(this["sslmode"], out SslMode mode) ? mode : throw new UnreachableException();

    /// <summary>The effective <c>sslnegotiation</c>.</summary>
    public SslNegotiation SslNegotiation => this["sslnegotiation"] == "direct" ? SslNegotiation.Direct : SslNegotiation.Postgres;

    /// <summary>The role; the operating system's user name if none, or an empty one, was given.</summary>
    public string UserName => NonEmpty("user") ?? Environment.UserName;

    /// <summary>
    /// The database; the role's name if none, or an empty one, was given. It is never read as a connection string.
    /// </summary>
    public string Database => NonEmpty("dbname") ?? UserName;

    /// <summary>Whether the host name is sent in the handshake (fe-secure-openssl.c: the value starts with 1).</summary>
    public bool SslSni => this["sslsni"]?.StartsWith('1') == true;

    /// <summary>Whether the operating system's roots are trusted: <c>sslrootcert=system</c>.</summary>
    public bool UsesSystemRoots => this["sslrootcert"] == SystemRoots;

    /// <summary>
    /// The absolute path of the root certificates, which need not exist; null for <c>system</c> and without a home.
    /// </summary>
    public string? RootCertificatePath => UsesSystemRoots ? null : FileOrDefault("sslrootcert", DefaultRootFile);

    /// <summary>
    /// The absolute path of the revocation lists; null where libpq reads none (<c>system</c>, only sslcrldir given).
    /// </summary>
    public string? CrlPath
    {
        get
        {
            bool onlyDirectory = NonEmpty("sslcrl") is null && CrlDirectory is not null;
            return UsesSystemRoots || onlyDirectory ? null : FileOrDefault("sslcrl", DefaultCrlFile);
        }
    }

    /// <summary>
    /// The absolute path of the directory of revocation lists; null where none is given or libpq ignores it (<c>system</c>).
    /// </summary>
    public string? CrlDirectory => !UsesSystemRoots && NonEmpty("sslcrldir") is { } path ? Environment.ResolvePath(path) : null;

    /// <summary>
    /// The absolute path of the client certificate, which need not exist; null with <c>sslcertmode=disable</c>.
    /// </summary>
    public string? ClientCertificatePath => SslCertMode == "disable" ? null : FileOrDefault("sslcert", DefaultCertificateFile);

    /// <summary>
    /// The absolute path of the client's private key; null with <c>sslcertmode=disable</c>, and for a key in an OpenSSL engine.
    /// </summary>
    public string? ClientKeyPath => SslCertMode == "disable" || IsEngineKey ? null : FileOrDefault("sslkey", DefaultKeyFile);

    /// <summary>The lowest TLS version to accept; null if libpq sets no limit.</summary>
    public TlsVersion? MinimumTlsVersion => TlsVersions.FromName(this["ssl_min_protocol_version"]);

    /// <summary>The highest TLS version to offer; null for the newest.</summary>
    public TlsVersion? MaximumTlsVersion => TlsVersions.FromName(this["ssl_max_protocol_version"]);

    /// <summary><c>disable</c>, <c>prefer</c> or <c>require</c>: whether GSSAPI encryption is tried before TLS.</summary>
    public string GssEncMode => this["gssencmode"]!;

    /// <summary><c>disable</c>, <c>prefer</c> or <c>require</c>.</summary>
    public string ChannelBinding => this["channel_binding"]!;

    /// <summary>The acceptable authentication methods, as written; null where all are.</summary>
    public string? RequireAuth => NonEmpty("require_auth");

    /// <summary><c>disable</c>, <c>allow</c> or <c>require</c>: whether a client certificate is sent.</summary>
    public string SslCertMode => this["sslcertmode"]!;

    /// <summary>How long to wait for each host; null to wait without limit (not given, zero or less).</summary>
    public TimeSpan? ConnectTimeout =>
        this["connect_timeout"] is { } text && LibpqInteger.TryParse(text, out int seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>How long one connection may take if nothing is given. libpq would wait without limit; a runbook must not.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary><see cref="ConnectTimeout"/>, else <see cref="DefaultTimeout"/>.</summary>
    public TimeSpan TimeoutOrDefault => ConnectTimeout ?? DefaultTimeout;

    /// <summary>The setting of a parameter, by libpq's name.</summary>
    /// <exception cref="PgSslException">libpq has no such parameter.</exception>
    public ConnectionSetting Get(string name) =>
        ConnectionParameters.PositionOf(name) is { } position ? _all[position] : throw EndpointErrors.UnknownParameter(name);

    /// <summary>
    /// The value of a secret in clear, such as <c>sslpassword</c>; null where there is none. It must never be shown.
    /// </summary>
    public string? GetSecret(string name) => Get(name).Raw;

    /// <summary>The settings with warnings, which depend on the present files. Reads the file system.</summary>
    public IReadOnlyList<ConnectionSetting> Describe()
    {
        IReadOnlyDictionary<string, string> warnings = ConnectionWarnings.Find(this);
        return [.. _all.Select(setting => setting with { Warning = warnings.GetValueOrDefault(setting.Name) })];
    }

    /// <summary>fe-secure-openssl.c, initialize_SSL: a colon means <c>engine:key</c>, unless it follows a drive letter.</summary>
    private bool IsEngineKey =>
        NonEmpty("sslkey") is { } key && key.Contains(':') && !(Environment.IsWindows && key.IndexOf(':') == 1);

    private string? NonEmpty(string name) => this[name] is { Length: > 0 } value ? value : null;

    private string? FileOrDefault(string name, string file) =>
        NonEmpty(name) is { } path ? Environment.ResolvePath(path) : Environment.UnderConfiguration(file);
}
