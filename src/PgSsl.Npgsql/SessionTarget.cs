using System.Net;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.SslModes;

namespace PgSsl.Sql;

/// <summary>An address of a server, and everything that was decided about a session with it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Address">Where to connect; null on a Unix-domain socket.</param>
/// <param name="Password">The password, if there is one.</param>
/// <param name="Identity">The client certificate, if there is one.</param>
/// <param name="Policy">Which transports libpq would try, and what it would check.</param>
internal sealed record SessionTarget(
    SqlSessionRequest Request, IPAddress? Address, SessionPassword Password, ClientIdentity Identity, ClientPolicy Policy)
{
    /// <summary>What libpq would connect with.</summary>
    public ConnectionSettings Settings => Request.Settings;

    /// <summary>The session's transport, in the words of its interface.</summary>
    public SessionTransport TransportOf(Transport transport) =>
        Request.Host.IsUnixSocket ? SessionTransport.UnixSocket
        : transport == Transport.Tls ? SessionTransport.Tls
        : SessionTransport.Plaintext;

    /// <summary>The same connection as a probe would make it.</summary>
    public ProbeRequest ProbeOver(Transport transport) => ProbeRequest.ForTls(Settings, Request.Host, Request.Timeout) with
    {
        Transport = transport,
        Address = Address,
        ClientCertificate = transport == Transport.Tls ? Identity.Certificate : null,
        UserName = Settings.UserName,
        Database = Settings.Database,
    };
}

/// <summary>How one attempt ended.</summary>
/// <param name="Session">The session; null where there is none.</param>
/// <param name="Failure">Why there is none.</param>
/// <param name="NextAttemptFollows">Whether libpq would try the next transport.</param>
internal sealed record AttemptOutcome(IServerSession? Session, PgSslException? Failure, bool NextAttemptFollows);
