using System.Management.Automation;
using System.Net;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Probing;

namespace PgSsl.Cmdlets;

/// <summary>Gets the certificate, and the chain behind it, that a PostgreSQL server or pooler really serves.</summary>
[Cmdlet(VerbsCommon.Get, "PgServerCertificate")]
[OutputType(typeof(ServerCertificate))]
public sealed class GetPgServerCertificateCommand : EndpointCmdlet
{
    private readonly ServerCertificateReader _reader = new();

    /// <summary>How TLS is begun: <c>postgres</c> (ask first) or <c>direct</c> (PostgreSQL 17 and newer).</summary>
    [Parameter]
    [Alias("Negotiation")]
    [SslNegotiationTransformation]
    [ArgumentCompleter(typeof(SslNegotiationCompleter))]
    public string? SslNegotiation { get; set; }

    /// <summary>The name to send in the handshake (SNI), instead of the host's.</summary>
    [Parameter]
    [Alias("Sni")]
    [ValidateNotNullOrEmpty]
    public string? ServerName { get; set; }

    /// <summary>Asks every address behind the host name, one object each: the load balancer's odd member shows.</summary>
    [Parameter]
    public SwitchParameter AllAddresses { get; set; }

    /// <inheritdoc/>
    protected override PgEndpoint Override(PgEndpoint endpoint)
    {
        endpoint = base.Override(endpoint);
        return SslNegotiation is null ? endpoint : endpoint.With("sslnegotiation", SslNegotiation);
    }

    /// <inheritdoc/>
    protected override Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken) =>
        AllAddresses && !server.Host.IsUnixSocket
            ? ProcessAllAddressesAsync(server, cancellationToken)
            : ProcessAddressAsync(server, cancellationToken);

    private async Task ProcessAllAddressesAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> addresses;
        try
        {
            addresses = await ServerProbe.ResolveAsync(server.Host, server.Timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (PgSslException failure)
        {
            await PostAsync(() => WriteFailure(failure, server.Endpoint.Text), cancellationToken).ConfigureAwait(false);
            return;
        }
        foreach (IPAddress address in addresses)
            await ProcessAddressAsync(server.At(address), cancellationToken).ConfigureAwait(false);
    }

    private async Task ProcessAddressAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        ProbeRequest request = ProbeRequest.ForTls(server.Settings, server.Host, server.Timeout);
        if (ServerName is not null)
            request = request with { ServerName = ServerName };
        try
        {
            ServerCertificate certificate =
                await _reader.ReadAsync(server.Endpoint, server.Settings, request, cancellationToken).ConfigureAwait(false);
            await PostAsync(() => WriteObject(certificate), cancellationToken).ConfigureAwait(false);
        }
        catch (PgSslException failure)
        {
            await PostAsync(() => WriteFailure(failure, server.Endpoint.Text), cancellationToken).ConfigureAwait(false);
        }
    }
}
