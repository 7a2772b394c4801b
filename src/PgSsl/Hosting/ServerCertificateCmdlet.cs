using System.Management.Automation;
using System.Security;
using PgSsl.Binding;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Hosting;

/// <summary>A cmdlet about the certificate and the key of one server.</summary>
public abstract class ServerCertificateCmdlet : SqlCmdlet
{
    /// <summary>The passphrase of an encrypted key.</summary>
    [Parameter]
    [Alias("Passphrase")]
    [ValidateNotNull]
    public SecureString? KeyPassphrase { get; set; }

    /// <summary>A file with the roots that clients have.</summary>
    [Parameter]
    [Alias("SslRootCert", "CaPath")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string? RootCertificate { get; set; }

    /// <summary>The names and addresses that clients connect to; without it, the endpoint's host, unless that is this machine's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] HostName { get; set; } = [];

    /// <summary>How many days every certificate shall still be valid.</summary>
    [Parameter]
    [ValidateRange(0, 36500)]
    public int MinimumDays { get; set; } = 30;

    /// <summary>The server: host, URI, connection string, socket directory, or output of this module.</summary>
    [Parameter]
    [Alias("ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    [ValidateCount(1, 1)]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>The account that the server runs as, by name or number; a server on this machine tells it by itself.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerAccountCompleter))]
    public string? ServerAccount { get; set; }

    /// <summary>What errors are reported against, where nothing nearer is known.</summary>
    protected object? Target => Endpoint?[0].Target;

    /// <summary>What libpq would connect with, and how long that may take.</summary>
    private protected (ConnectionSettings Settings, TimeSpan Timeout) ResolveEndpoint()
    {
        PgEndpoint endpoint = Endpoint![0].Endpoint ?? throw Endpoint[0].Failure!;
        ConnectionSettings settings = endpoint.ResolveForAnyMode(Environment);
        return (settings, TimeoutOf(settings));
    }

    /// <summary>Opens a session, asks the server for its TLS, works in it, and closes it.</summary>
    /// <exception cref="PgSslException">There was no session, or a pooler answered; and what <paramref name="work"/> throws.</exception>
    private protected T WithServer<T>(Func<LiveServer, ServerTlsFacts, T> work) => WithServer(Endpoint![0], live =>
    {
        live.RefusePooler();
        return work(live, Wait(token => ServerTlsReader.ReadAsync(live.Session, token)));
    });

    /// <summary>Adds what the parameters say about server and clients.</summary>
    private protected ServerCertificateFacts Complete(ServerCertificateFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts with
        {
            ClientRoots = Roots,
            PublicRoots = TrustStore.LoadSystem(Environment.GetVariable),
            HostNames = HostName.Length > 0 || Endpoint is null ? HostName : [.. ResolveEndpoint().Settings.Hosts.Select(host => host.Host).OfType<string>().Where(IsOfClients)],
            MinimumDays = MinimumDays,
        };
    }

    /// <summary>What the server is known to be: as it says, but for the account where one is named.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: this machine has no such account.</exception>
    private protected ServerConditions Complete(ServerConditions server) => ServerAccount is null ? server : server with
    {
        Account = UnixAccount.Find(ServerAccount) ?? throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"This machine has no account {ServerAccount}.",
            "Name the account that the server runs as, or its number: ps -o user= -C postgres"),
    };

    /// <summary>The roots that clients have; null where they are not known.</summary>
    private protected TrustStore? Roots => RootCertificate switch
    {
        null => null,
        ConnectionSettings.SystemRoots => TrustStore.LoadSystem(Environment.GetVariable),
        _ => TrustStore.LoadFile(ResolveFilePath(RootCertificate)),
    };

    // A socket's directory, and what only this machine calls itself, is not what clients connect to.
    private static bool IsOfClients(string host) =>
        host.Length > 0 && host[0] is not ('/' or '@') && host != "localhost"
        && !(System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
}
