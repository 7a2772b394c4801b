namespace PgSsl.Wire;

/// <summary>A server's first answer to a StartupMessage: how it would authenticate the client, or why it refuses it.</summary>
internal abstract record StartupAnswer
{
    private StartupAnswer()
    {
    }

    /// <summary>pg_hba.conf admits this user over this transport, after authentication.</summary>
    /// <param name="Method">
    /// The method in the words of libpq's <c>require_auth</c>: <c>none</c> (trust, peer, or a client certificate), <c>password</c>,
    /// <c>md5</c>, <c>gss</c>, <c>sspi</c>, <c>scram-sha-256</c>, <c>oauth</c>; for a request libpq does not know, its number.
    /// </param>
    /// <param name="OffersChannelBinding">True if SCRAM-SHA-256-PLUS is offered (only over TLS).</param>
    public sealed record Admitted(string Method, bool OffersChannelBinding) : StartupAnswer;

    /// <summary>The server refused: no pg_hba.conf entry, a reject rule, no such database, too many clients …</summary>
    /// <param name="Severity">Mostly FATAL; a server of version 9.6 or newer does not translate it.</param>
    /// <param name="SqlState">The five-character SQLSTATE; empty in a message from before protocol 3.</param>
    /// <param name="Message">The primary message, made safe to show. It is not authenticated: an attacker may have written it.</param>
    public sealed record Refused(string Severity, string SqlState, string Message) : StartupAnswer
    {
        /// <summary>The function of the server's source that says so, which is never translated; empty if it is not named.</summary>
        public string Routine { get; init; } = "";
    }
}
