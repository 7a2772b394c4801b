using System.Globalization;
using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Impostors;

/// <summary>How a client gets to the impostors: in the words of libpq and of others. The password is made up, and protects nothing.</summary>
/// <param name="HostName">The name by which the client knows the server.</param>
/// <param name="Port">The port.</param>
/// <param name="RootCertificate">The file of the root that the client is to trust.</param>
/// <param name="SslMode">The mode to ask for; null leaves it to the client.</param>
internal sealed record ImpostorAddress(string HostName, int Port, string RootCertificate, SslMode? SslMode)
{
    private const string UserName = "pgssl_test";
    private const string Password = "self-test";
    private const string LoopbackAddress = "127.0.0.1";

    /// <summary>For libpq. hostaddr leads it to this machine, and leaves the name as it is.</summary>
    public string Connection => ConninfoText.Write([.. Parameters(withAddress: true)]);

    /// <summary>For libpq and others, most of which do not know hostaddr: it is written only where the name would not lead here.</summary>
    public string Uri => ConnectionStringWriter.Write(
        PgEndpoint.FromParameters(Parameters(withAddress: HostName != ImpostorPlace.LocalHost)),
        ConnectionStringFormats.Get("Uri"),
        new ConnectionEnvironment(new Dictionary<string, string>(), null, UserName, Path.GetTempPath()),
        new FormatOptions { IncludeSecrets = true }).Text;

    /// <summary>The variables of a script block.</summary>
    public IReadOnlyDictionary<string, object> Variables => new Dictionary<string, object>
    {
        ["PgConnection"] = Connection,
        ["PgUri"] = Uri,
        ["PgHost"] = HostName,
        ["PgPort"] = Port,
        ["PgRootCertificate"] = RootCertificate,
        ["PgUserName"] = UserName,
        ["PgDatabase"] = UserName,
        ["PgPassword"] = Password,
    };

    /// <summary>The environment of a program, as libpq reads it. What else is set there for libpq stays as it is: it is the client's own.</summary>
    public IReadOnlyDictionary<string, string> Environment
    {
        get
        {
            var variables = new Dictionary<string, string>
            {
                ["PGHOST"] = HostName,
                ["PGHOSTADDR"] = LoopbackAddress,
                ["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture),
                ["PGSSLROOTCERT"] = RootCertificate,
                ["PGUSER"] = UserName,
                ["PGDATABASE"] = UserName,
                ["PGPASSWORD"] = Password,
            };
            if (SslMode is { } mode)
                variables["PGSSLMODE"] = mode.ToLibpq();
            return variables;
        }
    }

    /// <summary>What to tell whoever sets up a client by hand.</summary>
    public string Describe() => $"""
        Let the client connect to {HostName} (127.0.0.1), port {Port}, and trust {RootCertificate}:
          {Connection}
          {Uri}
        """;

    private IEnumerable<KeyValuePair<string, string>> Parameters(bool withAddress)
    {
        yield return new("host", HostName);
        if (withAddress)
            yield return new("hostaddr", LoopbackAddress);
        yield return new("port", Port.ToString(CultureInfo.InvariantCulture));
        yield return new("user", UserName);
        yield return new("password", Password);
        yield return new("dbname", UserName);
        yield return new("sslrootcert", RootCertificate);
        if (SslMode is { } mode)
            yield return new("sslmode", mode.ToLibpq());
    }
}
