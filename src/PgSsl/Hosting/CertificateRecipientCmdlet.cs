using System.Management.Automation;
using PgSsl.Connections;
using PgSsl.Deployment;
using PgSsl.Poolers;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that gives a certificate to a server, to files alone, or to a PgBouncer.</summary>
public abstract class CertificateRecipientCmdlet : ServerCertificateCmdlet
{
    /// <summary>
    /// The server's certificate file (ssl_cert_file), where no server is asked, or it has another name on this machine; or the one that
    /// pgbouncer.ini is to name.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SslCertFile { get; set; }

    /// <summary>The server's key file (ssl_key_file), likewise.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SslKeyFile { get; set; }

    /// <summary>The pgbouncer.ini of a PgBouncer that gets the certificate, to show it to its clients.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PgBouncerIni { get; set; }

    /// <summary>On Windows, the account that the server runs as: it may read the key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServiceAccount { get; set; }

    /// <summary>Does something with whom the parameters name, and closes it.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ContradictoryParameters"/>, <see cref="PgSslError.InvalidParameterValue"/>: two are named, or nobody; the errors
    /// of <see cref="ServerCertificateCmdlet.WithServer{T}"/>, <see cref="ServerRecipient.Of"/> and <see cref="PgBouncerRecipient.Of"/>.
    /// </exception>
    private protected void WithRecipient(Action<ICertificateRecipient> work)
    {
        if (PgBouncerIni is not null && Endpoint is not null)
            throw new PgSslException(
                PgSslError.ContradictoryParameters, "-Endpoint is a server, -PgBouncerIni a PgBouncer, and a certificate goes into one of them.",
                "Install it twice, once with each.");
        string? certificate = Resolve(SslCertFile), key = Resolve(SslKeyFile);
        if (PgBouncerIni is not null)
            work(OpenPgBouncer(certificate, key));
        else if (Endpoint is not null)
            WithServer((live, facts) =>
            {
                work(ServerRecipient.Of(live, facts, certificate, key));
                return true;
            });
        else if (certificate is not null && key is not null)
            work(ServerRecipient.Offline(certificate, key));
        else
            throw new PgSslException(
                PgSslError.InvalidParameterValue, "Neither a server nor its two files are named.",
                "Give -Endpoint for a running server, -PgBouncerIni for a PgBouncer, or -SslCertFile and -SslKeyFile.");
    }

    private PgBouncerRecipient OpenPgBouncer(string? certificate, string? key)
    {
        TimeSpan timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : ConnectionSettings.DefaultTimeout;
        Func<PgBouncerIni, IPgBouncerReload>? console = Credential is { } role
            ? ini => PgBouncerConsole.Of(ini, role.UserName, () => role.GetNetworkCredential().Password, timeout)
            : null;
        return PgBouncerRecipient.Of(ResolveFilePath(PgBouncerIni!), certificate, key, console, timeout);
    }

    private string? Resolve(string? path) => path is null ? null : ResolveFilePath(path);
}
