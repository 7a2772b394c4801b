using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Served;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;

namespace PgSsl.Sandbox.Playground;

/// <summary>
/// The main job without PowerShell: the tables of Get-PgServerCertificate and Test-PgSslMode, through PgSsl.Core.
/// </summary>
internal sealed class CoreTables(IReadOnlyList<EstateServer> servers, TextWriter output, int width)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly string[] CertificateHeadings =
        ["Server", "Port", "Subject", "Issuer", "NotAfter", "Days", "Chain", "TrustedBy"];
    private static readonly string[] ModeHeadings = ["SslMode", "Connects", "Transport", "VerifiesServer", "MitmSafe", "Reason"];

    private readonly ConnectionEnvironment _environment = ConnectionEnvironment.Capture();

    public async Task WriteCertificatesAsync(CancellationToken cancellationToken)
    {
        var reader = new ServerCertificateReader();
        var rows = new List<IReadOnlyList<string>>();
        var failures = new List<string>();
        foreach (EstateServer server in servers)
        {
            (PgEndpoint endpoint, ConnectionSettings settings, ConnectionHost host) = Target(server);
            try
            {
                ProbeRequest request = ProbeRequest.ForTls(settings, host, Timeout);
                rows.Add(Row(server, await reader.ReadAsync(endpoint, [settings], request, cancellationToken)));
            }
            catch (PgSslException failure)
            {
                failures.Add($"{server.Scenario.Name}: {failure.Message} {failure.Remedy}");
            }
        }
        Write("What does each server serve?", TextTable.Format(width, CertificateHeadings, rows).Concat(failures));
    }

    public async Task WriteModesAsync(CancellationToken cancellationToken)
    {
        using var tester =
            new SslModeTester(Enum.GetValues<SslMode>(), [SslClients.Get("libpq")], maxConnections: 2, tlsOnly: false);
        foreach (EstateServer server in servers)
        {
            (PgEndpoint endpoint, ConnectionSettings settings, ConnectionHost host) = Target(server);
            IReadOnlyList<SslModeResult> results = await tester.TestAsync(endpoint, settings, host, Timeout, cancellationToken);
            string title = $"{server.Scenario.Name}: {server.Scenario.Description}";
            Write(title, TextTable.Format(width, ModeHeadings, results.Select(Row)));
        }
    }

    private (PgEndpoint Endpoint, ConnectionSettings Settings, ConnectionHost Host) Target(EstateServer server)
    {
        PgEndpoint endpoint = PgEndpoint.Parse(server.Conninfo);
        ConnectionSettings settings = endpoint.Resolve(_environment);
        return (endpoint.At(settings.Hosts[0]), settings, settings.Hosts[0]);
    }

    private static string[] Row(EstateServer server, ServerCertificate certificate) =>
    [
        server.Scenario.Name,
        certificate.Port.ToString(CultureInfo.InvariantCulture),
        certificate.Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
        certificate.Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
        certificate.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        certificate.DaysRemaining.ToString(CultureInfo.InvariantCulture),
        string.Join(", ", certificate.ChainStatus),
        certificate.TrustedBy ?? "nothing",
    ];

    private static string[] Row(SslModeResult result) =>
    [
        result.SslMode, YesNo(result.Connects), result.Transport, result.VerifiesServer, YesNo(result.MitmSafe), result.Reason,
    ];

    private static string YesNo(bool value) => value ? "yes" : "no";

    private void Write(string title, IEnumerable<string> lines)
    {
        output.WriteLine($"\n{title}\n");
        foreach (string line in lines)
            output.WriteLine(line);
    }
}
