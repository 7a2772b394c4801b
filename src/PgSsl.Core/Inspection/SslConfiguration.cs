using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Inspection;
using PgSsl.Server.Settings;

namespace PgSsl;

/// <summary>
/// How TLS is set up on one server, what is in its files, what it really serves, and its problems. What could not be seen is null: without
/// a session all settings and files, on another machine the key file. Times are UTC.
/// </summary>
public sealed record SslConfiguration
{
    /// <summary>The server, in a form that any -Endpoint takes.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The host that was asked for.</summary>
    public required string HostName { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>The server's version: <c>15.18</c>.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The setting <c>ssl</c>, which does not mean that TLS works: see <see cref="ServesTls"/>.</summary>
    public bool? Ssl { get; init; }

    /// <summary>Whether the server does TLS, as seen on the wire; null where it could not be reached.</summary>
    public bool? ServesTls { get; init; }

    /// <summary>Whether its file holds another certificate than the one that it serves: a reload was forgotten, or failed.</summary>
    public bool? IsDrifted { get; init; }

    /// <summary>ssl_cert_file, as an absolute path on the server.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>ssl_key_file.</summary>
    public string? KeyPath { get; init; }

    /// <summary>ssl_ca_file: the issuers of client certificates; null where the server asks for none.</summary>
    public string? CaPath { get; init; }

    /// <summary>ssl_crl_file.</summary>
    public string? CrlPath { get; init; }

    /// <summary>ssl_min_protocol_version.</summary>
    public string? MinimumProtocol { get; init; }

    /// <summary>ssl_ciphers, for TLS 1.2 and older.</summary>
    public string? Ciphers { get; init; }

    /// <summary>ssl_tls13_ciphers (18 and newer).</summary>
    public string? Tls13Ciphers { get; init; }

    /// <summary>ssl_groups, before 18 ssl_ecdh_curve.</summary>
    public string? Groups { get; init; }

    /// <summary>The configuration file.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>The data directory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>When the server last read its configuration.</summary>
    public DateTime? ConfigurationLoadTime { get; init; }

    /// <summary>The protocol that this machine and the server agreed on.</summary>
    public string? Protocol { get; init; }

    /// <summary>The subject of the certificate that is served.</summary>
    public string? ServedSubject { get; init; }

    /// <summary>Its SHA-256, upper-case hex.</summary>
    public string? ServedFingerprint { get; init; }

    /// <summary>Until when it is valid.</summary>
    public DateTime? ServedNotAfter { get; init; }

    /// <summary>Whole days until it expires; negative once it has.</summary>
    public int? DaysRemaining { get; init; }

    /// <summary>The subject of the certificate in the file.</summary>
    public string? FileSubject { get; init; }

    /// <summary>Its SHA-256, upper-case hex.</summary>
    public string? FileFingerprint { get; init; }

    /// <summary>Until when it is valid.</summary>
    public DateTime? FileNotAfter { get; init; }

    /// <summary>Whether the key belongs to that certificate; null where the key cannot be read here.</summary>
    public bool? KeyMatches { get; init; }

    /// <summary>The key file's mode: <c>0600</c>.</summary>
    public string? KeyMode { get; init; }

    /// <summary>Who owns the key file.</summary>
    public string? KeyOwner { get; init; }

    /// <summary>
    /// The settings <c>ssl</c> and <c>ssl_*</c> that are set somewhere, or wait for a reload or a restart, in the order of their names; empty without
    /// a session. All of them would be most of what is exported.
    /// </summary>
    public OutputList<SslSetting> ChangedSettings => [.. Settings.Where(setting => !setting.IsDefault)];

    // ConvertTo-Json writes no method.
    internal OutputList<SslSetting> Settings { get; init; } = [];

    /// <summary>The problems, the most severe first.</summary>
    public required OutputList<Finding> Findings { get; init; }

    /// <summary>Why there are no settings; null where there are settings, or none were asked for.</summary>
    public string? SqlFailure { get; init; }

    /// <summary>Why nothing was served; null where a certificate was served.</summary>
    public string? WireFailure { get; init; }

    /// <summary>Why the files could not be read; null where they were, or there was no session.</summary>
    public string? FileFailure { get; init; }

    /// <summary>All settings <c>ssl</c> and <c>ssl_*</c>, in the order of their names; empty without a session.</summary>
    public OutputList<SslSetting> GetSettings() => Settings;

    /// <summary>Makes the record, and judges what was found.</summary>
    /// <param name="endpoint">The endpoint, narrowed to this server.</param>
    /// <param name="host">This server.</param>
    /// <param name="facts">What was found.</param>
    internal static SslConfiguration Of(PgEndpoint endpoint, ConnectionHost host, SslConfigurationFacts facts)
    {
        UnixStatus? key = facts.Files?.KeyFile.Status;
        ServerTlsFacts? sql = facts.Sql;
        return new SslConfiguration
        {
            Endpoint = endpoint.Text,
            HostName = host.DisplayName,
            Port = host.Port,
            ServerVersion = sql?.Version.ToString(),
            Ssl = sql?.SslIsOn,
            ServesTls = facts.Served is not null ? true : facts.WireFailure?.Error == PgSslError.TlsNotOffered ? false : null,
            IsDrifted = facts.IsDrifted,
            CertificatePath = sql?.PathOf("ssl_cert_file"),
            KeyPath = sql?.PathOf("ssl_key_file"),
            CaPath = sql?.PathOf("ssl_ca_file"),
            CrlPath = sql?.PathOf("ssl_crl_file"),
            MinimumProtocol = sql?["ssl_min_protocol_version"],
            Ciphers = sql?["ssl_ciphers"],
            Tls13Ciphers = sql?["ssl_tls13_ciphers"],
            Groups = sql?["ssl_groups"] ?? sql?["ssl_ecdh_curve"],
            ConfigurationPath = sql?.ConfigurationFile,
            DataDirectory = sql?.DataDirectory,
            ConfigurationLoadTime = sql?.ConfigurationLoadTime,
            Protocol = facts.Served?.Protocol,
            ServedSubject = facts.Served?.Subject,
            ServedFingerprint = facts.Served?.Fingerprint,
            ServedNotAfter = facts.Served?.NotAfter,
            DaysRemaining = facts.Served?.DaysRemaining,
            FileSubject = facts.InFile?.Subject,
            FileFingerprint = facts.InFile is { } inFile ? Fingerprint.Of(inFile) : null,
            FileNotAfter = facts.InFile?.NotAfter.ToUniversalTime(),
            KeyMatches = facts is { Files.Key: { } found, InFile: { } leaf } ? found.Matches(leaf) : null,
            KeyMode = key is { } status ? UnixModes.Text(status.Mode) : null,
            KeyOwner = key is { } owned ? UnixAccount.NameOf(owned.Owner.UserId) : null,
            Settings = sql is null ? [] : SslSetting.Of(sql),
            Findings = SslConfigurationFindings.Find(facts),
            SqlFailure = facts.SqlFailure?.Message,
            WireFailure = facts.WireFailure?.Message,
            FileFailure = facts.FilesOutOfReach,
        };
    }
}
