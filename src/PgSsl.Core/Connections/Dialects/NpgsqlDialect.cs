using System.Text.RegularExpressions;

namespace PgSsl.Connections.Dialects;

/// <summary>
/// Npgsql 10's connection string, also as clouds' portals give it (NpgsqlConnectionStringBuilder.cs, PostgresEnvironment.cs; a test compares
/// keywords and values with the builder's).
/// </summary>
internal sealed partial class NpgsqlDialect : DriverDialect
{
    private static readonly DialectParameter Own = new();
    private static readonly DialectParameter OwnAboutTls = new() { IsAboutTls = true };
    private static readonly DialectParameter Binding = DialectParameter.Words(
        "channel_binding",
        new Dictionary<string, string> { ["Disable"] = "disable", ["Prefer"] = "prefer", ["Require"] = "require" },
        StringComparer.OrdinalIgnoreCase);

    private static readonly DialectParameter Mode = DialectParameter.Words(
        "sslmode",
        new Dictionary<string, string>
        {
            ["Disable"] = "disable", ["Allow"] = "allow", ["Prefer"] = "prefer", ["Require"] = "require",
            ["VerifyCA"] = "verify-ca", ["VerifyFull"] = "verify-full",
            // Enum.Parse takes numbers, too.
            ["0"] = "disable", ["1"] = "allow", ["2"] = "prefer", ["3"] = "require", ["4"] = "verify-ca", ["5"] = "verify-full",
        },
        StringComparer.OrdinalIgnoreCase) with { Values = "Disable, Allow, Prefer, Require, VerifyCA, VerifyFull" };

    internal static readonly IReadOnlyDictionary<string, DialectParameter> Keywords = Spell(
        ("Host,Server", new("host")),
        ("Port", new("port")),
        ("Database,DB", new("dbname")),
        ("Username,User Name,UserId,User Id,UID", new("user")),
        ("Password,PSW,PWD", new("password")),
        ("Passfile", new("passfile")),
        ("Application Name,ApplicationName", new("application_name")),
        ("Client Encoding,ClientEncoding", new("client_encoding")),
        ("Options", new("options")),
        ("Timeout", new("connect_timeout")),
        ("SSL Mode,SslMode", Mode),
        ("SSL Negotiation,SslNegotiation", DialectParameter.Words(
            "sslnegotiation",
            new Dictionary<string, string> { ["Postgres"] = "postgres", ["Direct"] = "direct" },
            StringComparer.OrdinalIgnoreCase)),
        ("SSL Certificate,SslCertificate", new("sslcert")),
        ("SSL Key,SslKey", new("sslkey")),
        ("SSL Password,SslPassword", new("sslpassword")),
        ("Root Certificate,RootCertificate", new("sslrootcert")),
        ("Check Certificate Revocation,CheckCertificateRevocation", OwnAboutTls),
        ("Trust Server Certificate,TrustServerCertificate", OwnAboutTls),
        ("Channel Binding,ChannelBinding", Binding),
        ("Require Auth,RequireAuth", Own),
        ("GSS Encryption Mode,GssEncryptionMode", new DialectParameter("gssencmode") { Translate = value => value.ToLowerInvariant() }),
        ("Kerberos Service Name,KerberosServiceName,Krbsrvname", new("krbsrvname")),
        ("Target Session Attributes,TargetSessionAttributes", Own),
        ("Enlist", Own), ("Search Path,SearchPath", Own), ("Encoding", Own), ("Timezone", Own), ("Include Realm,IncludeRealm", Own),
        ("Persist Security Info,PersistSecurityInfo", Own), ("Log Parameters,LogParameters", Own),
        ("Include Error Detail,IncludeErrorDetail", Own), ("Include Failed Batched Command,IncludeFailedBatchedCommand", Own),
        ("Pooling", Own), ("Minimum Pool Size,MinPoolSize", Own), ("Maximum Pool Size,MaxPoolSize", Own),
        ("Connection Idle Lifetime,ConnectionIdleLifetime", Own), ("Connection Pruning Interval,ConnectionPruningInterval", Own),
        ("Connection Lifetime,ConnectionLifetime,Load Balance Timeout", Own), ("Command Timeout,CommandTimeout", Own),
        ("Cancellation Timeout,CancellationTimeout", Own), ("Load Balance Hosts,LoadBalanceHosts", Own),
        ("Host Recheck Seconds,HostRecheckSeconds", Own), ("Keepalive", Own), ("TCP Keepalive,TcpKeepAlive", Own),
        ("TCP Keepalive Time,TcpKeepAliveTime", Own), ("TCP Keepalive Interval,TcpKeepAliveInterval", Own),
        ("Read Buffer Size,ReadBufferSize", Own), ("Write Buffer Size,WriteBufferSize", Own),
        ("Socket Receive Buffer Size,SocketReceiveBufferSize", Own), ("Socket Send Buffer Size,SocketSendBufferSize", Own),
        ("Max Auto Prepare,MaxAutoPrepare", Own), ("Auto Prepare Min Usages,AutoPrepareMinUsages", Own),
        ("No Reset On Close,NoResetOnClose", Own), ("Array Nullability Mode,ArrayNullabilityMode", Own), ("Multiplexing", Own),
        ("Write Coalescing Buffer Threshold Bytes,WriteCoalescingBufferThresholdBytes", Own),
        ("Load Table Composites,LoadTableComposites", Own), ("Server Compatibility Mode,ServerCompatibilityMode", Own),
        ("Internal Command Timeout,InternalCommandTimeout", Own));

    /// <inheritdoc/>
    public override string Client => "npgsql";

    /// <inheritdoc/>
    protected override string Driver => "Npgsql";

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Variables { get; } =
        ["PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT", "PGSSLNEGOTIATION", "PGCLIENTENCODING", "PGOPTIONS"];

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, DialectParameter> Parameters => Keywords;

    /// <inheritdoc/>
    public override bool Recognizes(string text)
    {
        // host='a;b' password=c is libpq's: there a quote is closed before a blank.
        if (Beginning().Match(text) is not { Success: true } beginning || !Keywords.ContainsKey(beginning.Groups["first"].Value.Trim()))
            return false;
        Group second = beginning.Groups["second"];
        return second.Success ? Keywords.ContainsKey(second.Value.Trim())
            : ConnectionParameters.Find(beginning.Groups["first"].Value) is null && text.Count(character => character == '=') == 1;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<WrittenParameter> Scan(string text) => AdoNetText.Scan(text);

    /// <inheritdoc/>
    protected override void Complete(DialectDraft draft)
    {
        foreach (string name in draft.Unknown)
            draft.Refuse(
                $"Npgsql has no keyword \"{name}\".",
                "Use one of Npgsql's: Host, Port, Database, Username, SSL Mode, Root Certificate … A value with a semicolon needs quotes.");
        if (!draft.Parameters.TryGetValue("host", out string? list))
        {
            draft.Refuse("Npgsql needs a Host, and none is given.", "Add Host=….");
            return;
        }
        // NpgsqlMultiHostDataSource.cs: each host may have a port of its own, which replaces Port.
        string[] hosts = list.Split(',', StringSplitOptions.TrimEntries);
        Match[] parts = Array.ConvertAll(hosts, host => host.StartsWith('/') ? Match.Empty : HostAndPort().Match(host));
        if (!Array.Exists(parts, part => part.Success))
            return;
        string port = draft.Parameters.GetValueOrDefault("port", "5432");
        draft.Parameters["host"] = string.Join(',', hosts.Zip(parts, (host, part) => part.Success ? part.Groups["host"].Value : host));
        draft.Parameters["port"] = string.Join(',', parts.Select(part => part.Success ? part.Groups["port"].Value : port));
    }

    private static Dictionary<string, DialectParameter> Spell(params (string Spellings, DialectParameter Parameter)[] parameters) =>
        parameters.SelectMany(entry => entry.Spellings.Split(','), (entry, spelling) => KeyValuePair.Create(spelling, entry.Parameter))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(\[(?<host>[^\]]*)\]|(?<host>[^:]*)):(?<port>[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex HostAndPort();

    [GeneratedRegex(
        @"^\s*(?<first>[a-z_ ]{1,60}?)\s*=\s*(""([^""]|"""")*""|'([^']|'')*'|[^;'""][^;]*|)\s*(;[;\s]*((?<second>[a-z_ ]{1,60}?)\s*=)?|$)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();
}
