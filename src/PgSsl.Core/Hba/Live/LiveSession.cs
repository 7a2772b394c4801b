using System.Net;
using PgSsl.Common;

namespace PgSsl.Hba.Live;

/// <summary>A session as pg_hba.conf sees it: a client that may connect again.</summary>
/// <param name="ProcessId">The process id of its backend.</param>
/// <param name="UserName">The role.</param>
/// <param name="Database">The database; null for physical replication.</param>
/// <param name="Transport">How it connects.</param>
/// <param name="Address">Its address; null over a Unix-domain socket.</param>
/// <param name="ApplicationName">Its application_name.</param>
internal sealed record LiveSession(
    int ProcessId, string UserName, string? Database, HbaTransport Transport, NumericAddress? Address, string ApplicationName)
{
    /// <summary>Whether it is the session in which the server was asked.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether it is a walsender: physical replication without a database, logical with one.</summary>
    public bool IsReplication { get; init; }

    /// <summary>The certificate that it presented; null if it presented none.</summary>
    public SessionCertificate? Certificate { get; init; }

    /// <summary>Its TLS version, as settings name it; null without TLS.</summary>
    public string? Protocol { get; init; }

    /// <summary>Its cipher suite, as OpenSSL names it; null without TLS.</summary>
    public string? Cipher { get; init; }

    /// <summary>Its Kerberos principal, if GSSAPI authenticated it.</summary>
    public string? Principal { get; init; }

    /// <summary>The client as pg_hba.conf sees it when it connects again.</summary>
    public HbaClient Client => new(UserName, Database ?? "", Transport, Address) { IsReplication = IsReplication && Database is null };

    /// <summary>Who it is for a map of user names, apart from its certificate; null if that is not known.</summary>
    public string? SystemNameFor(HbaRecord record) => record.Method != "gss" ? null
        : record.Option("include_realm") == "0" ? Principal?.Split('@')[0] : Principal;

    /// <summary>Converts a session of the server.</summary>
    public static LiveSession Of(SslSession session)
    {
        HbaTransport transport = session.Transport switch
        {
            "tls" => HbaTransport.Tls,
            "gss" => HbaTransport.Gss,
            "plaintext" => HbaTransport.Plaintext,
            _ => HbaTransport.Socket,
        };
        NumericAddress? address = IPAddress.TryParse(session.ClientAddress, out IPAddress? parsed) ? NumericAddress.Of(parsed) : null;
        return new LiveSession(session.ProcessId, session.UserName, session.Database, transport, address, session.ApplicationName)
        {
            IsOwn = session.IsOwn,
            IsReplication = session.IsReplication,
            Certificate = session.ClientDn is null && session.ClientSerial is null
                ? null : new SessionCertificate(session.ClientDn, session.IssuerDn, session.ClientSerial),
            Protocol = session.Protocol,
            Cipher = session.CipherSuite,
            Principal = session.Principal,
        };
    }
}
