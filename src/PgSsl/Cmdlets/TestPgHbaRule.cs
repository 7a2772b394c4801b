using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using PgSsl.Binding;
using PgSsl.Common;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Tells which rule of pg_hba.conf decides about a client, and what the server then does.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PgHbaRule")]
[OutputType(typeof(HbaRuleTest), typeof(HbaRuleMatch), typeof(bool))]
public sealed class TestPgHbaRuleCommand : HbaCmdlet
{
    /// <summary>The user that the client names; without it, the user who runs this.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("UserName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HbaUserCompleter))]
    public string? User { get; set; }

    /// <summary>The database that the client names; without it, the one with the user's name, as for libpq.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DatabaseName")]
    [ValidateNotNullOrEmpty]
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

    /// <summary>The client asks for physical replication, as a standby and pg_basebackup do.</summary>
    [Parameter]
    public SwitchParameter Replication { get; set; }

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
    private protected override void Process(HbaSource source)
    {
        // A server uses the rules that it has loaded. These are the rules in its file.
        WarnOfNul(source.Document);
        WarnOfRefusedLine(source.Document);
        HbaMatchContext context = source.MatchContext(!NoDns);
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
                WriteObject(HbaRuleTest.Of(source.Document, client, context));
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
        string database = Database ?? user;
        if (string.IsNullOrEmpty(Address))
        {
            if (Ssl || NoSsl || Gss)
                throw new PgSslException(
                    PgSslError.ContradictoryParameters,
                    "Without -Address the client uses a Unix-domain socket, which has neither TLS nor GSSAPI encryption.",
                    "Give -Address.");
            return [new HbaClient(user, database, HbaTransport.Socket, null) { IsReplication = Replication }];
        }
        var transports = new List<HbaTransport>();
        if (Ssl)
            transports.Add(HbaTransport.Tls);
        if (NoSsl)
            transports.Add(HbaTransport.Plaintext);
        if (Gss)
            transports.Add(HbaTransport.Gss);
        if (transports.Count == 0)
            transports.AddRange([HbaTransport.Tls, HbaTransport.Plaintext]);
        return
        [
            .. from address in FindAddresses(Address)
               from transport in transports
               select new HbaClient(user, database, transport, address) { IsReplication = Replication },
        ];
    }

    private NumericAddress[] FindAddresses(string text)
    {
        if (NumericAddress.Parse(text) is { } address)
            return [address];
        // No name looks like this (RFC 1123, 2.1: the last label is not a number), so DNS is not asked.
        if (text.Contains('/', StringComparison.Ordinal))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"\"{text}\" is not a single address, and a client has one.",
                "Give one address of that network, such as 10.0.0.7.");
        if (text.Contains(':', StringComparison.Ordinal) || (text.Any(char.IsAsciiDigit) && text.All(c => char.IsAsciiDigit(c) || c == '.')))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"\"{text}\" is not an IP address.",
                "Give an address such as 10.0.0.7 (four numbers from 0 to 255) or 2001:db8::7, without a port.");
        try
        {
            if (!NoDns)
                return [.. Dns.GetHostAddresses(text).Select(NumericAddress.Of).Distinct()];
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            throw new PgSslException(PgSslError.HostNotFound, $"The host {text} has no address: {failure.Message}", "Give its IP address.", failure);
        }
        throw new PgSslException(
            PgSslError.InvalidParameterValue, $"\"{text}\" is not an IP address.", "Give an address such as 10.0.0.7, or leave out -NoDns.");
    }

    private static RoleMemberships ReadMemberships(Hashtable table) => new(table.Cast<DictionaryEntry>().ToDictionary(
        entry => entry.Key.ToString()!,
        entry => LanguagePrimitives.ConvertTo<string[]>(entry.Value) ?? []));
}
