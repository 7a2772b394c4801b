namespace PgSsl.Wire;

/// <summary>What a server says first after a StartupMessage: how it would authenticate the client, or why it will not let it in.</summary>
internal abstract record StartupAnswer
{
    private StartupAnswer()
    {
    }

    /// <summary>pg_hba.conf lets this user in over this transport, once authenticated.</summary>
    /// <param name="Method">
    /// The method in the words of libpq's <c>require_auth</c>: <c>none</c> (trust, peer, or a client certificate), <c>password</c>,
    /// <c>md5</c>, <c>gss</c>, <c>sspi</c>, <c>scram-sha-256</c>, <c>oauth</c>; for a request libpq does not know, its number.
    /// </param>
    /// <param name="OffersChannelBinding">True where SCRAM-SHA-256-PLUS is offered (TLS only).</param>
    public sealed record Admitted(string Method, bool OffersChannelBinding) : StartupAnswer;

    /// <summary>The server refused: no pg_hba.conf entry, a reject rule, no such database, too many clients …</summary>
    /// <param name="Severity">FATAL, mostly; never localized where the server is 9.6 or newer.</param>
    /// <param name="SqlState">The five-character SQLSTATE; empty in a message from before protocol 3.</param>
    /// <param name="Message">The primary message, made safe to show. Unauthenticated: an attacker can have written it.</param>
    public sealed record Refused(string Severity, string SqlState, string Message) : StartupAnswer;
}
