namespace PgSsl.Connections.Formats;

/// <summary>
/// pgjdbc's URL (42.7). Source: pgjdbc/pgjdbc, Driver.java (parseURL), PGProperty.java, LibPQFactory.java, MakeSSL.java. Hosts are read literally;
/// database and values are decoded as in an HTML form, where a plus means a blank.
/// </summary>
internal sealed class JdbcFormat : DriverFormat
{
    private const string TcpHost = "localhost";

    // LibPQFactory.java: the names that every version takes for PKCS#8 in DER, or for PKCS#12.
    private static readonly string[] BinaryKeys = [".pk8", ".der", ".p12", ".pfx"];

    public override string Name => "Jdbc";

    public override IReadOnlyDictionary<string, DriverParameter> Table => JdbcParameters.Table;

    protected override string Driver => "pgjdbc";

    protected override void StartText(WrittenConnection connection, DriverDraft draft)
    {
        if (NamesServer(connection) && connection.Hosts.Any(host => host.IsUnixSocket))
            draft.Warn(
                $"host is written as {TcpHost}, pgjdbc cannot express a Unix-domain socket: unless it gets a socketFactory, it connects over TCP, "
                + "where sslmode has an effect.");
        if (!UsesSystemRoots(connection))
            return;
        draft.Add("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        if (connection["sslmode"] is null)
            draft.Add("sslmode", SslMode.VerifyFull.ToLibpq());
        draft.Warn(
            "sslrootcert=system is written as sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory: for pgjdbc \"system\" is the name of a file, "
            + "and Java has its own roots (cacerts). Make sure that the server's root is among them.");
    }

    protected override bool WriteSpecially(string name, string value, WrittenConnection connection, DriverDraft draft)
    {
        switch (name)
        {
            case "dbname":
                return true;
            case "sslrootcert":
                return UsesSystemRoots(connection);
            case "sslkey" when !Array.Exists(BinaryKeys, ending => value.EndsWith(ending, StringComparison.OrdinalIgnoreCase)):
                draft.Warn(
                    "sslkey: pgjdbc reads a PEM key only unencrypted as PKCS#8, since 42.7.9 from .key and .pem, since 42.7.13 from any name, "
                    + "and needs pemKeyAlgorithm=EC if it is not RSA. Safer: openssl pkcs8 -topk8 -outform DER -out client.pk8.");
                return false;
            case "channel_binding" when value == "require":
                draft.Warn("channel_binding: pgjdbc before 42.7.7 does not enforce it, and gives no warning. Use a newer version.");
                return false;
            case "require_auth" when Table[name].Translate(value) is not null:
                draft.Warn("require_auth: pgjdbc before 42.7.11 ignores it, and gives no warning. Use a newer version.");
                return false;
            default:
                return base.WriteSpecially(name, value, connection, draft);
        }
    }

    protected override string Render(WrittenConnection connection, DriverDraft draft)
    {
        bool showsPorts = connection["port"] is not null;
        IEnumerable<string> servers = connection.Hosts.Select(host => Server(host) + (showsPorts ? $":{host.Port}" : ""));
        string text = $"jdbc:postgresql://{string.Join(',', servers)}/{Uri.EscapeDataString(connection["dbname"] ?? "")}";
        return draft.Pairs.Count == 0
            ? text
            : text + "?" + string.Join('&', draft.Pairs.Select(pair => $"{pair.Key}={PercentEncoding.EncodeQueryValue(pair.Value)}"));
    }

    private static string Server(ConnectionHost host)
    {
        if (host.IsUnixSocket)
            return TcpHost;
        return host.DisplayName.Contains(':') ? $"[{host.DisplayName}]" : host.DisplayName;
    }
}
