using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.SslModes;

/// <summary>What libpq's settings require of the authentication (fe-auth.c, check_expected_areq and pg_SASL_init).</summary>
internal static class AuthenticationDemands
{
    /// <summary>The check for given settings. It returns null for a connection that they accept, otherwise the objection.</summary>
    public static Func<StartupAnswer.Admitted, ConnectionFacts, PgSslException?> From(ConnectionSettings settings)
    {
        string[] methods = settings.RequireAuth?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        bool certificateRequired = settings.SslCertMode == "require";
        bool bindingRequired = settings.ChannelBinding == "require";
        return (admitted, connection) =>
        {
            if (certificateRequired && connection.Tls?.RequestsClientCertificate != true)
                return Objection(
                    "The server does not ask for a client certificate, but sslcertmode=require needs that.",
                    "Set ssl_ca_file on the server, or sslcertmode=allow.");
            if (certificateRequired && connection.Request.ClientCertificate is null)
                return Objection(
                    "There is no client certificate, but sslcertmode=require needs one.",
                    "Set sslcert and sslkey, or put the files at libpq's default paths.");
            if (methods.Length > 0 && !Accepts(methods, admitted.Method))
                return Objection(
                    $"The server asks for authentication by \"{admitted.Method}\", but require_auth={settings.RequireAuth} forbids that.",
                    "Change the method in pg_hba.conf, or require_auth.");
            if (bindingRequired && !(admitted.OffersChannelBinding && connection.Tls is not null))
                return Objection(
                    "channel_binding=require needs SCRAM-SHA-256-PLUS over TLS, which the server does not offer here.",
                    "Use scram-sha-256 in pg_hba.conf with a password stored as SCRAM, or channel_binding=prefer.");
            return null;
        };
    }

    // The list has either methods to accept or, each with a '!', methods to refuse; libpq does not allow both in one list.
    private static bool Accepts(string[] methods, string method) =>
        methods[0].StartsWith('!') ? !methods.Contains("!" + method) : methods.Contains(method);

    private static PgSslException Objection(string message, string remedy) => new(PgSslError.UnacceptableAuthentication, message, remedy);
}
