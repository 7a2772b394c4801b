using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Binding;
using PgSsl.Requests;
using PgSsl.RootFiles;

namespace PgSsl.Hosting;

/// <summary>A cmdlet whose parameters name whom a certificate is for.</summary>
public abstract class CertificateNamingCmdlet : PgCmdlet
{
    /// <summary>The common name: of a server its host name, of a client the role that logs in.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("CN")]
    public string? CommonName { get; set; }

    /// <summary>Further host names that the certificate is for.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] DnsName { get; set; } = [];

    /// <summary>IP addresses that the certificate is for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] IPAddress { get; set; } = [];

    /// <summary>What the certificate is for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [CertificateRoleTransformation]
    public CertificateRole Role { get; set; }

    /// <summary>The organization.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Organization { get; set; }

    /// <summary>The unit within the organization; several units from the largest to the smallest.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] OrganizationalUnit { get; set; } = [];

    /// <summary>The town.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("City")]
    public string? Locality { get; set; }

    /// <summary>The state or province.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Province")]
    public string? State { get; set; }

    /// <summary>The country: two letters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Country { get; set; }

    /// <summary>The e-mail address.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? EmailAddress { get; set; }

    /// <summary>The whole subject, as RFC 4514 or openssl writes it, instead of its fields.</summary>
    [Parameter]
    [ValidateNotNull]
    public string? Subject { get; set; }

    /// <summary>A certificate whose subject and alternative names are taken over.</summary>
    [Parameter(ValueFromPipeline = true)]
    [CertificateSourceTransformation(LeavesRows = true)]
    public CertificateSource? Certificate { get; set; }

    /// <summary>The names that were given.</summary>
    /// <exception cref="PgSslException">-Certificate cannot be read.</exception>
    private protected CertificateNaming ReadNaming() => new()
    {
        Role = Role,
        Subject = Subject,
        CommonName = CommonName,
        Organization = Organization,
        OrganizationalUnits = OrganizationalUnit,
        Locality = Locality,
        State = State,
        Country = Country,
        EmailAddress = EmailAddress,
        DnsNames = DnsName,
        IPAddresses = IPAddress,
        Certificate = ReadCertificate(),
        CertificateHost = (Certificate as CertificateSource.Served)?.HostName,
    };

    private X509Certificate2? ReadCertificate() => Certificate switch
    {
        CertificateSource.Unusable unusable => throw unusable.Failure,
        CertificateSource.InHand given => given.Certificate,
        CertificateSource.Served served => served.Certificate ?? served.Chain[0],
        CertificateSource.Text { IsPem: true } text => CertificateInput.ReadText(text.Value, text.Target, CertificateWanted.Leaf)[0],
        CertificateSource.Text path => ReadFile(path.Value),
        CertificateSource.InFile file => ReadFile(file.Path),
        _ => null,
    };

    private X509Certificate2 ReadFile(string path)
    {
        try
        {
            return CertificateInput.ReadFile(Resolve(path), CertificateWanted.Leaf)[0];
        }
        catch (PgSslException missing) when (missing.Error == PgSslError.FileNotFound)
        {
            // Whoever gave a host name learns where it belongs.
            throw new PgSslException(
                missing.Error, missing.Message, "Name a file with the certificate to renew. The name of a host goes to -CommonName.", missing);
        }
    }
}
