using System.Management.Automation;
using PgSsl.Chains;
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
    private protected override async Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        IEnumerable<ServerTarget> targets = [server];
        if (AllAddresses && !server.Host.IsUnixSocket)
            targets = (await ServerProbe.ResolveAsync(server.Host, server.Timeout, cancellationToken).ConfigureAwait(false)).Select(server.At);
        foreach (ServerTarget target in targets)
            await TryAsync(target.Endpoint.Text, () => ProcessAddressAsync(target, cancellationToken), cancellationToken).ConfigureAwait(false);
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
