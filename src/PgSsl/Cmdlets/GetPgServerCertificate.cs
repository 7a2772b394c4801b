using System.Management.Automation;
using System.Net;
using PgSsl.Chains;
using PgSsl.Connections;
using PgSsl.Downloads;
using PgSsl.Hosting;
using PgSsl.Probing;
using PgSsl.Served;

namespace PgSsl.Cmdlets;

/// <summary>Gets the certificate, and the chain behind it, that a PostgreSQL server or pooler really serves.</summary>
[Cmdlet(VerbsCommon.Get, "PgServerCertificate")]
[OutputType(typeof(ServerCertificate))]
public sealed class GetPgServerCertificateCommand : ServerCmdlet
{
    private readonly ServerCertificateReader _reader = new();
    private readonly HashSet<string> _remarksMade = [];
    private CertificateDownloader? _downloader;
    private ChainCompleter? _completer;

    /// <summary>The name to send in the handshake (SNI), instead of the host's.</summary>
    [Parameter]
    [Alias("Sni")]
    [ValidateNotNullOrEmpty]
    public string? ServerName { get; set; }

    /// <summary>Asks every address behind the host name, and returns one object for each: a load balancer's odd member shows.</summary>
    [Parameter]
    public SwitchParameter AllAddresses { get; set; }

    /// <summary>
    /// Completes ChainPem up to the root, from the roots of this machine, from the provider, or from the URLs in the certificates. ChainSource
    /// says where each certificate comes from.
    /// </summary>
    [Parameter]
    public SwitchParameter CompleteChain { get; set; }

    /// <summary>
    /// Returns an object also for a server that is down or has no TLS, with Status, Error and ErrorId, instead of writing an error.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeFailed { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!CompleteChain)
            return;
        _downloader = new CertificateDownloader();
        _completer = new ChainCompleter(_downloader);
    }

    /// <inheritdoc/>
    private protected override Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken) => ReportAsync(
        server,
        async () =>
        {
            if (!AllAddresses || server.Host.IsUnixSocket)
            {
                await ProcessAddressAsync(server, cancellationToken).ConfigureAwait(false);
                return;
            }
            foreach (IPAddress address in await ServerProbe.ResolveAsync(server.Host, server.Timeout, cancellationToken).ConfigureAwait(false))
            {
                ServerTarget member = server.At(address);
                await ReportAsync(member, () => ProcessAddressAsync(member, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
        },
        cancellationToken);

    private async Task ReportAsync(ServerTarget server, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (PgSslException failure)
        {
            await PostAsync(() => WriteFailed(server.Endpoint.Text, server.Host, failure), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    private protected override void WriteUnusable(PgSslException failure, object target) => WriteFailed($"{target}", null, failure);

    private void WriteFailed(string endpoint, ConnectionHost? host, PgSslException failure)
    {
        if (IncludeFailed)
            WriteObject(ServerCertificate.Of(endpoint, host, failure));
        else
            WriteFailure(failure, endpoint);
    }

    private async Task ProcessAddressAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        ProbeRequest request = ProbeRequest.ForTls(server.Settings, server.Host, server.Timeout);
        if (ServerName is not null)
            request = request with { ServerName = ServerName };
        ServerCertificate certificate =
            await _reader.ReadAsync(server.Endpoint, server.Candidates, request, cancellationToken).ConfigureAwait(false);
        if (_completer is null)
            await PostAsync(() => WriteObject(certificate), cancellationToken).ConfigureAwait(false);
        else
            await CompleteAsync(server, certificate, _completer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>If a chain cannot be completed, that is an error beside the certificate, which is returned anyway.</summary>
    private async Task CompleteAsync(
        ServerTarget server, ServerCertificate certificate, ChainCompleter completer, CancellationToken cancellationToken)
    {
        CompletedChain chain = await _reader.CompleteAsync(certificate, server.Candidates, completer, cancellationToken).ConfigureAwait(false);
        await PostAsync(() => WriteObject(certificate.WithChain(chain)), cancellationToken).ConfigureAwait(false);
        if (chain.Remarks.Count > 0)
            await PostAsync(() => Remark(chain.Remarks), cancellationToken).ConfigureAwait(false);
        if (chain.Failure is { } incomplete)
            await PostAsync(() => WriteFailure(incomplete, server.Endpoint.Text), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Remarks concern a provider, which may have many servers: each is made once.</summary>
    private void Remark(IEnumerable<string> remarks)
    {
        foreach (string remark in remarks.Where(_remarksMade.Add))
            WriteWarning(remark);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _downloader?.Dispose();
    }
}
