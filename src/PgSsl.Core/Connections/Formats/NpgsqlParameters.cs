using System.Globalization;
using static PgSsl.Connections.Formats.DriverParameter;

namespace PgSsl.Connections.Formats;

/// <summary>libpq's parameters in Npgsql 10's words (NpgsqlConnectionStringBuilder.cs).</summary>
internal static class NpgsqlParameters
{
    private const string TlsVersions =
        "the operating system's TLS settings decide. Set them there, or in code with UseSslClientAuthenticationOptionsCallback.";
    private const string Revocation =
        "it reads no revocation lists. Check Certificate Revocation=true asks the certificate authority online instead.";
    private const string NoOAuth = "it does not support OAuth. Get the token in the application and give it as the password.";

    private static readonly Dictionary<string, string> Modes = new()
    {
        ["disable"] = "Disable", ["allow"] = "Allow", ["prefer"] = "Prefer", ["require"] = "Require",
        ["verify-ca"] = "VerifyCA", ["verify-full"] = "VerifyFull",
    };

    private static readonly Dictionary<string, string> Methods = new()
    {
        ["password"] = "Password", ["md5"] = "MD5", ["gss"] = "GSS", ["sspi"] = "SSPI", ["scram-sha-256"] = "ScramSHA256", ["none"] = "None",
    };

    /// <summary>An entry for each parameter that names no server.</summary>
    public static IReadOnlyDictionary<string, DriverParameter> Table { get; } = new Dictionary<string, DriverParameter>
    {
        ["dbname"] = Same("Database"),
        ["user"] = Same("Username"),
        ["password"] = Same("Password"),
        ["passfile"] = Same("Passfile"),
        ["channel_binding"] = Words("Channel Binding", Modes),
        ["connect_timeout"] = Same("Timeout"),
        ["client_encoding"] = Computed(
            "Client Encoding", value => value == "auto" ? null : value, "it does not take the encoding from the locale. Name the encoding."),
        ["options"] = Same("Options"),
        ["application_name"] = Same("Application Name"),
        ["fallback_application_name"] = Same("Application Name"),
        ["keepalives"] = Computed("TCP Keepalive", value => LibpqInteger.TryParse(value, out int on) && on == 0 ? "False" : "True", ""),
        ["keepalives_idle"] = Computed("TCP Keepalive Time", Positive, "", "0"),
        ["keepalives_interval"] = Computed("TCP Keepalive Interval", Positive, "", "0"),
        ["keepalives_count"] = None("the operating system's settings decide. Set net.ipv4.tcp_keepalive_probes, or the like, there.", "0"),
        ["tcp_user_timeout"] = None("use Keepalive, the seconds between its own keepalive queries.", "0"),
        ["sslmode"] = Words("SSL Mode", Modes),
        ["sslnegotiation"] = Words("SSL Negotiation", new() { ["postgres"] = "Postgres", ["direct"] = "Direct" }),
        ["sslcompression"] = None("there is no TLS compression in .NET. Leave it out.", "0"),
        ["sslcert"] = Same("SSL Certificate"),
        ["sslkey"] = Same("SSL Key"),
        ["sslcertmode"] = None(
            "it always sends the certificate of SSL Certificate, PGSSLCERT or ~/.postgresql/postgresql.crt, if there is one.", "allow"),
        ["sslpassword"] = Same("SSL Password"),
        ["sslrootcert"] = Same("Root Certificate"),
        ["sslcrl"] = None(Revocation),
        ["sslcrldir"] = None(Revocation),
        ["sslsni"] = None("it always sends the host name. To send none, name the server by its address.", "1"),
        ["requirepeer"] = None("it does not check which account runs the server. Protect the socket's directory instead."),
        ["require_auth"] = Computed("Require Auth", RequireAuth, "it supports all methods except oauth. Remove that from the list."),
        ["min_protocol_version"] = None("it supports only protocol 3.0. Leave it out.", "3.0"),
        ["max_protocol_version"] = None("it supports only protocol 3.0. Leave it out.", "3.0"),
        ["ssl_min_protocol_version"] = None(TlsVersions),
        ["ssl_max_protocol_version"] = None(TlsVersions),
        ["gssencmode"] = Words("GSS Encryption Mode", Modes),
        ["krbsrvname"] = Same("Kerberos Service Name"),
        ["gsslib"] = None(".NET chooses the library. Leave it out."),
        ["gssdelegation"] = None("it does not delegate credentials. Leave it out.", "0"),
        ["replication"] = None(
            "replication has its own classes. Use LogicalReplicationConnection or PhysicalReplicationConnection.", "0", "off", "false", "no"),
        ["target_session_attrs"] = Same("Target Session Attributes"),
        ["load_balance_hosts"] = Words("Load Balance Hosts", new() { ["disable"] = "False", ["random"] = "True" }),
        ["scram_client_key"] = None("it accepts only a password. Use the password."),
        ["scram_server_key"] = None("it accepts only a password. Use the password."),
        ["oauth_issuer"] = None(NoOAuth),
        ["oauth_client_id"] = None(NoOAuth),
        ["oauth_client_secret"] = None(NoOAuth),
        ["oauth_scope"] = None(NoOAuth),
        ["sslkeylogfile"] = None("it writes no such file. Reproduce the connection with psql."),
    };

    /// <summary>For libpq zero and less mean the system's default; Npgsql refuses less than zero.</summary>
    private static string Positive(string value) =>
        LibpqInteger.TryParse(value, out int seconds) ? Math.Max(seconds, 0).ToString(CultureInfo.InvariantCulture) : "0";

    private static string? RequireAuth(string value)
    {
        string?[] methods = [.. value.Split(',').Select(Method)];
        return Array.Exists(methods, method => method is null) ? null : string.Join(',', methods);

        static string? Method(string written)
        {
            bool isNegated = written.StartsWith('!');
            return Methods.TryGetValue(isNegated ? written[1..] : written, out string? method) ? (isNegated ? "!" : "") + method : null;
        }
    }
}
