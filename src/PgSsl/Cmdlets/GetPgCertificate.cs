using System.Management.Automation;
using System.Security;
using PgSsl.Certificates.Trust;
using PgSsl.Hosting;
using PgSsl.Inspection;

namespace PgSsl.Cmdlets;

/// <summary>Gets the certificates and private keys in files, and whether they belong together.</summary>
[Cmdlet(VerbsCommon.Get, "PgCertificate")]
[OutputType(typeof(FileCertificate))]
public sealed class GetPgCertificateCommand : PgCmdlet
{
    private readonly List<FileCertificate> _found = [];
    private Lazy<TrustStore>? _roots;

    /// <summary>Files with certificates or keys, in any form; wildcards allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "FilePath")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The passphrase of encrypted keys, and of PKCS #12.</summary>
    [Parameter]
    [Alias("KeyPassphrase", "Pkcs12Password")]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in Path)
            Try(path, () => ReadMatching(path));
    }

    /// <summary>A key may come after its certificate.</summary>
    protected override void EndProcessing() => WriteObject(CertificateFileReader.Match(_found), enumerateCollection: true);

    private void ReadMatching(string path)
    {
        IReadOnlyList<string> files = FindFiles(path);
        foreach (string file in files.Where(file => files.Count == 1 || !Directory.Exists(file)))
            Try(file, () => Read(file));
    }

    private void Read(string file)
    {
        _roots ??= new Lazy<TrustStore>(() => TrustStore.LoadSystem(Environment.GetVariable));
        using var passphrase = Secret.Read(Passphrase, nameof(Passphrase));
        _found.AddRange(new CertificateFileReader(passphrase.Characters, _roots, DateTimeOffset.UtcNow).Read(file));
    }
}
