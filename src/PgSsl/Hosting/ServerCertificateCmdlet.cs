using System.Management.Automation;
using System.Security;
using PgSsl.Binding;
using PgSsl.Certificates.Trust;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that works on the certificate and the key of one server.</summary>
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

    /// <summary>The names and addresses that clients connect to; without it, the endpoint's host, unless only this machine knows it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] HostName { get; set; } = [];

    /// <summary>How many days every certificate must still be valid.</summary>
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

    /// <summary>The account that the server runs as, by name or number. A server on this machine is asked for it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerAccountCompleter))]
    public string? ServerAccount { get; set; }

    /// <summary>What errors are reported against, if nothing more precise is known.</summary>
    protected object? Target => Endpoint?[0].Target;

    /// <summary>What libpq would connect with, and how long that may take.</summary>
    private protected (ConnectionSettings Settings, TimeSpan Timeout) ResolveEndpoint()
    {
        ConnectionSettings settings = EndpointOf(Endpoint![0]).ResolveForAnyMode(Environment);
        return (settings, TimeoutOf(settings));
    }

    /// <summary>Asks a server for its TLS.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    private protected ServerTlsFacts ReadTls(LiveServer live) => Wait(token => ServerTlsReader.ReadAsync(live.Session, token));

    private protected override bool RefusesPoolers => true;

    /// <summary>Adds what the parameters say about server and clients.</summary>
    private protected ServerCertificateFacts Complete(ServerCertificateFacts facts)
    {
        return facts with
        {
            ClientRoots = LoadRoots(),
            PublicRoots = TrustStore.LoadSystem(Environment.GetVariable),
            HostNames = HostName.Length > 0 || Endpoint is null ? HostName : FindHostNames(),
            MinimumDays = MinimumDays,
        };
    }

    private string[] FindHostNames() =>
        [.. ResolveEndpoint().Settings.Hosts.Select(host => host.Host).OfType<string>().Where(IsOfClients)];

    /// <summary>What is known of the server: what it says, and the account that the user names.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: this machine has no such account.</exception>
    private protected ServerConditions Complete(ServerConditions server) => ServerAccount is null ? server : server with
    {
        Account = UnixAccount.Find(ServerAccount) ?? throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"This machine has no account {ServerAccount}.",
            $"Name the account that the server runs as{(OperatingSystem.IsWindows() ? "" : ", or its number")}: "
                + SystemWords.Here.ShowAccountOf("postgres")),
    };

    /// <summary>Loads the roots that clients have; null if they are not known.</summary>
    /// <exception cref="PgSslException">Their file cannot be read.</exception>
    private protected TrustStore? LoadRoots() => RootCertificate switch
    {
        null => null,
        ConnectionSettings.SystemRoots => TrustStore.LoadSystem(Environment.GetVariable),
        _ => TrustStore.LoadFile(Resolve(RootCertificate)),
    };

    /// <summary>Loads the roots that libpq would use under this account; null for none.</summary>
    private protected TrustStore? LoadAccountRoots()
    {
        string? path = Endpoint is null
            ? Environment.UnderConfiguration(ConnectionSettings.DefaultRootFile) : ResolveEndpoint().Settings.RootCertificatePath;
        try
        {
            return path is not null && File.Exists(path) ? TrustStore.LoadFile(path) : null;
        }
        catch (PgSslException)
        {
            // The user did not name it, and libpq could not load it either.
            return null;
        }
    }

    // Clients do not connect to a socket's directory, or to a name that only this machine has for itself.
    private static bool IsOfClients(string host) =>
        host.Length > 0 && host[0] is not ('/' or '@') && host != "localhost"
        && !(System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
}
