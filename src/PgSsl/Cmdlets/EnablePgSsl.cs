using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Hosting;
using PgSsl.Switching;

namespace PgSsl.Cmdlets;

/// <summary>Switches on TLS of a server, or changes its parameters, and proves it on the wire, or undoes it.</summary>
[Cmdlet(VerbsLifecycle.Enable, "PgSsl", SupportsShouldProcess = true)]
[OutputType(typeof(SslConfigurationChange))]
public sealed class EnablePgSslCommand : SslSwitchCmdlet
{
    private (string? Certificate, string? Key) _typed;

    /// <summary>The server's certificate and its intermediates (ssl_cert_file); a path on the server's machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("SslCertFile")]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>Its private key (ssl_key_file); a path on the server's machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("SslKeyFile")]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>The roots that client certificates are verified with (ssl_ca_file); empty for none.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? CaPath { get; set; }

    /// <summary>Revoked client certificates: a file (ssl_crl_file), or a directory (ssl_crl_dir); empty for none.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? CrlPath { get; set; }

    /// <summary>The oldest TLS version that the server speaks (ssl_min_protocol_version).</summary>
    [Parameter]
    [TlsProtocolTransformation]
    [ArgumentCompleter(typeof(TlsProtocolCompleter))]
    public string? MinimumProtocol { get; set; }

    /// <summary>Ciphers of TLS 1.2 and older, as OpenSSL writes them (ssl_ciphers).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CipherCompleter))]
    public string? Ciphers { get; set; }

    /// <summary>Cipher suites of TLS 1.3 (ssl_tls13_ciphers, from PostgreSQL 18 on); empty for OpenSSL's.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(Tls13CipherCompleter))]
    public string? Tls13Ciphers { get; set; }

    /// <summary>Groups for the key exchange, the best first (ssl_groups); before PostgreSQL 18 one curve (ssl_ecdh_curve).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TlsGroupCompleter))]
    public string[] Groups { get; set; } = [];

    /// <summary>Diffie-Hellman parameters (ssl_dh_params_file); empty for the built-in ones.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? DhParametersPath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _typed = (CertificatePath, KeyPath);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // What a server had when somebody looked is not what this one is to have: another one may answer now, or it was moved since.
        var piped = new PipelineObject(InputObject);
        if (piped.IsServerState || piped.IsVerdict)
            (CertificatePath, KeyPath) = _typed;
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override SslTarget CreateTarget()
    {
        string? crl = ServerPath(CrlPath);
        return new SslTarget
        {
            IsOn = true,
            CertificatePath = ServerPath(CertificatePath),
            KeyPath = ServerPath(KeyPath),
            CaPath = ServerPath(CaPath),
            CrlPath = crl,
            IsCrlDirectory = Directory.Exists(crl),
            MinimumProtocol = MinimumProtocol,
            Ciphers = Ciphers,
            Tls13Ciphers = Tls13Ciphers,
            Groups = Groups.Length == 0 ? null : string.Join(':', Groups),
            DhParametersPath = ServerPath(DhParametersPath),
        };
    }
}
