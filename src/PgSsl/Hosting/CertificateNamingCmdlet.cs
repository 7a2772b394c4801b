using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Requests;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that is told whom a certificate is to be for.</summary>
public abstract class CertificateNamingCmdlet : PgCmdlet
{
    /// <summary>The common name: of a server its host name, of a client the role that logs in.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("CN")]
    public string? CommonName { get; set; }

    /// <summary>Further host names that the certificate is to be for.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] DnsName { get; set; } = [];

    /// <summary>IP addresses that the certificate is to be for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] IPAddress { get; set; } = [];

    /// <summary>What the certificate is to be for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [CertificateRoleTransformation]
    public CertificateRole Role { get; set; }

    /// <summary>The organization.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Organization { get; set; }

    /// <summary>The unit within the organization; several from the largest to the smallest.</summary>
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

    /// <summary>The whole subject, as RFC 4514 or openssl write it, instead of its fields.</summary>
    [Parameter]
    [ValidateNotNull]
    public string? Subject { get; set; }

    /// <summary>A certificate to take subject and alternative names from.</summary>
    [Parameter(ValueFromPipeline = true)]
    [CertificateTransformation]
    public CertificateArgument? Certificate { get; set; }

    /// <summary>The names that were given, unread.</summary>
    internal CertificateNaming Naming() => new()
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
        Certificate = Certificate?.Certificate,
        CertificateHost = Certificate?.HostName,
    };
}
