using System.Globalization;
using static PgSsl.Connections.Formats.DriverParameter;

namespace PgSsl.Connections.Formats;

/// <summary>libpq's parameters in pgjdbc 42.7's words (PGProperty.java).</summary>
internal static class JdbcParameters
{
    private const string TlsVersions = "Java decides. Start it with -Djdk.tls.client.protocols=TLSv1.3, or the like.";
    private const string Revocation =
        "it reads no revocation lists. Start Java with -Dcom.sun.net.ssl.checkRevocation=true to ask the certificate authority online.";
    private const string Keepalive = "the operating system's settings decide. Set net.ipv4.tcp_keepalive_time, or the like, there.";
    private const string Protocol = "it supports only protocol 3.0. Leave it out.";
    private const string NoOAuth = "it does not support OAuth by itself. Give it an authenticationPluginClassName.";

    // HostRequirement.java; its primary is a server where transaction_read_only is off (ConnectionFactoryImpl.java, isPrimary).
    private static readonly Dictionary<string, string> ServerTypes = new()
    {
        ["any"] = "any", ["primary"] = "primary", ["read-write"] = "primary", ["standby"] = "secondary", ["read-only"] = "secondary",
        ["prefer-standby"] = "preferSecondary",
    };

    /// <summary>An entry for each parameter that names no server.</summary>
    public static IReadOnlyDictionary<string, DriverParameter> Table { get; } = new Dictionary<string, DriverParameter>
    {
        ["dbname"] = Same("PGDBNAME"),
        ["user"] = Same("user"),
        ["password"] = Same("password"),
        ["passfile"] = None("start Java with PGPASSFILE set, or with -Dorg.postgresql.pgpassfile."),
        ["channel_binding"] = Same("channelBinding"),
        ["connect_timeout"] = Computed("connectTimeout", Timeout, ""),
        ["client_encoding"] = None("it always uses UTF-8. Leave it out.", "UTF8", "UTF-8", "Unicode"),
        ["options"] = Same("options"),
        ["application_name"] = Same("ApplicationName"),
        ["fallback_application_name"] = Same("ApplicationName"),
        ["keepalives"] = Computed(
            "tcpKeepAlive", value => LibpqInteger.TryParse(value, out int on) && on == 0 ? "false" : "true", ""),
        ["keepalives_idle"] = None(Keepalive, "0"),
        ["keepalives_interval"] = None(Keepalive, "0"),
        ["keepalives_count"] = None(Keepalive, "0"),
        ["tcp_user_timeout"] = None("use socketTimeout, the seconds that an answer may take.", "0"),
        ["sslmode"] = Same("sslmode"),
        ["sslnegotiation"] = Same("sslNegotiation"),
        ["sslcompression"] = None("there is no TLS compression in Java. Leave it out.", "0"),
        ["sslcert"] = Same("sslcert"),
        ["sslkey"] = Same("sslkey"),
        ["sslcertmode"] = None(
            "it always sends the certificate of sslcert, or of ~/.postgresql/postgresql.crt and .pk8, if there is one.", "allow"),
        ["sslpassword"] = Same("sslpassword"),
        ["sslrootcert"] = Same("sslrootcert"),
        ["sslcrl"] = None(Revocation),
        ["sslcrldir"] = None(Revocation),
        ["sslsni"] = None("start Java with -Djsse.enableSNIExtension=false.", "1"),
        ["requirepeer"] = None("it does not connect over Unix-domain sockets. Leave it out."),
        ["require_auth"] = Computed(
            "requireAuth", value => value.Contains("oauth") ? null : value, "it supports all methods except oauth. Remove that from the list."),
        ["min_protocol_version"] = None(Protocol, "3.0"),
        ["max_protocol_version"] = None(Protocol, "3.0"),
        ["ssl_min_protocol_version"] = None(TlsVersions),
        ["ssl_max_protocol_version"] = None(TlsVersions),
        ["gssencmode"] = Same("gssEncMode"),
        ["krbsrvname"] = Same("kerberosServerName"),
        ["gsslib"] = Same("gsslib"),
        ["gssdelegation"] = None("it does not delegate credentials. Leave it out.", "0"),
        ["replication"] = Same("replication"),
        ["target_session_attrs"] = Words(
            "targetServerType", ServerTypes, "it has no such preference. Use primary, standby or prefer-standby."),
        ["load_balance_hosts"] = Words("loadBalanceHosts", new() { ["disable"] = "false", ["random"] = "true" }),
        ["scram_client_key"] = None("it accepts only a password. Use the password."),
        ["scram_server_key"] = None("it accepts only a password. Use the password."),
        ["oauth_issuer"] = None(NoOAuth),
        ["oauth_client_id"] = None(NoOAuth),
        ["oauth_client_secret"] = None(NoOAuth),
        ["oauth_scope"] = None(NoOAuth),
        ["sslkeylogfile"] = None("it writes no such file. Reproduce the connection with psql."),
    };

    /// <summary>For zero and less libpq waits without limit; pgjdbc does so only for zero.</summary>
    private static string Timeout(string value) =>
        LibpqInteger.TryParse(value, out int seconds) ? Math.Max(seconds, 0).ToString(CultureInfo.InvariantCulture) : "0";
}
