using System.Collections;
using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Tells which rule of pg_hba.conf decides about a client, and what the server then does.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PgHbaRule")]
[OutputType(typeof(HbaRuleTest), typeof(HbaRuleMatch), typeof(bool))]
public sealed class TestPgHbaRuleCommand : HbaCmdlet
{
    private bool _asksForReplication;
    private string? _typedAddress;

    /// <summary>The user that the client names; without it, the user who runs this.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("UserName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HbaUserCompleter))]
    public string? User { get; set; }

    /// <summary>The database that the client names; without it, the one with the user's name, as for libpq.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DatabaseName")]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(HbaDatabaseCompleter))]
    public string? Database { get; set; }

    /// <summary>Where the client comes from: an address, or a host name with all its addresses. Without it, a Unix-domain socket.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ClientAddress")]
    [ArgumentCompleter(typeof(HbaAddressCompleter))]
    public string? Address { get; set; }

    /// <summary>The client comes over TLS. Without -Ssl, -NoSsl and -Gss, TLS and plaintext are tested.</summary>
    [Parameter]
    public SwitchParameter Ssl { get; set; }

    /// <summary>The client comes in plaintext.</summary>
    [Parameter]
    public SwitchParameter NoSsl { get; set; }

    /// <summary>The client's connection is encrypted by GSSAPI.</summary>
    [Parameter]
    public SwitchParameter Gss { get; set; }

    /// <summary>
    /// The client asks for physical replication, as a standby and pg_basebackup do. A session of Get-PgSslSession that is replication and has a
    /// database is logical replication, for which the rules of the database count.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("IsReplication")]
    [SwitchTransformation]
    public SwitchParameter Replication { get; set; }

    /// <summary>
    /// Whose certificate the client presents: its common name, or its whole name as RFC 2253 writes it (CN=app,O=Example); an empty text for a client
    /// without one. Without this, it is not known whether a rule that demands a certificate lets the client in.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? ClientCertificateName { get; set; }

    /// <summary>The direct members of roles, if no server is asked: <c>@{ admins = 'alice', 'bob' }</c>. Other roles have no members then.</summary>
    [Parameter]
    public Hashtable? RoleMembership { get; set; }

    /// <summary>Asks no DNS: rules with host names are then unknown.</summary>
    [Parameter]
    public SwitchParameter NoDns { get; set; }

    /// <summary>Shows each rule, and why it does not match.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Returns only whether the client may authenticate. False if that is not known.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _asksForReplication = Replication;
        _typedAddress = Address;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Where a server is, is not where its clients come from.
        if (new PipelineObject(InputObject).HasServerAddress)
            Address = _typedAddress;
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override void Process(HbaSource source)
    {
        // A server uses the rules that it has loaded. These are the rules in its file.
        WarnOfNul(source.Document);
        WarnOfRefusedLine(source.Document);
        HbaMatchContext context = Wait(token => source.WithMapAsync(source.MatchContext(!NoDns), token));
        if (RoleMembership is not null)
        {
            RoleMemberships memberships = ReadMemberships(RoleMembership);
            context = context with { IsMember = (user, role) => memberships.IsMember(user, role) };
        }
        foreach (HbaClient client in FindClients())
        {
            if (All)
                WriteObject(HbaRuleMatch.Of(source.Document, client, context), enumerateCollection: true);
            else if (Quiet)
                WriteObject(HbaRuleTest.Of(source.Document, client, context).IsLetIn == true);
            else
                WriteObject(HbaRuleTest.Of(source.Document, client, context) with { Session = PipedSession.NameOf(InputObject) });
        }
    }

    private void WarnOfRefusedLine(HbaDocument document)
    {
        foreach (HbaEntry refused in document.Refused.Take(1))
            WriteWarning(
                $"{refused.Line.File.Path}:{refused.Line.Number}: the server refuses this line and with it the whole file, so it uses other rules. " +
                "Get-PgHbaRule shows why.");
    }

    private IEnumerable<HbaClient> FindClients()
    {
        string user = User ?? Environment.UserName;
        string database = string.IsNullOrEmpty(Database) ? user : Database;
        var client = new HbaClient(user, database, HbaTransport.Socket, null)
        {
            IsReplication = _asksForReplication || (Replication && string.IsNullOrEmpty(Database)),
            CertificateName = ClientCertificateName,
        };
        if (string.IsNullOrEmpty(Address))
        {
            PipedSession.CheckSocket(InputObject, Ssl || NoSsl || Gss);
            return [client];
        }
        (bool Asked, HbaTransport Transport)[] asked = [(Ssl, HbaTransport.Tls), (NoSsl, HbaTransport.Plaintext), (Gss, HbaTransport.Gss)];
        HbaTransport[] transports = [.. asked.Where(one => one.Asked).Select(one => one.Transport)];
        if (transports.Length == 0)
            transports = [HbaTransport.Tls, HbaTransport.Plaintext];
        return
        [
            .. from address in ClientAddresses.Find(Address, !NoDns)
               from transport in transports
               select client with { Transport = transport, Address = address },
        ];
    }

    private static RoleMemberships ReadMemberships(Hashtable table) => new(table.Cast<DictionaryEntry>().ToDictionary(
        entry => entry.Key.ToString()!,
        entry => LanguagePrimitives.ConvertTo<string[]>(entry.Value) ?? []));
}
