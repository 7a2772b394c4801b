using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.SslModes;

/// <summary>What libpq's settings demand of the authentication (fe-auth.c, check_expected_areq and pg_SASL_init).</summary>
internal static class AuthenticationDemands
{
    /// <summary>Gives the check for one set of settings: null for an authentication they accept, else the objection.</summary>
    public static Func<StartupAnswer.Admitted, Transport, PgSslException?> From(ConnectionSettings settings)
    {
        string[] methods = settings.RequireAuth?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        bool bindingRequired = settings.ChannelBinding == "require";
        return (admitted, transport) =>
        {
            if (methods.Length > 0 && !Accepts(methods, admitted.Method))
                return Objection(
                    $"The server asks for authentication by \"{admitted.Method}\", and require_auth={settings.RequireAuth} forbids that.",
                    "Change the method in pg_hba.conf, or require_auth.");
            if (bindingRequired && !(admitted.OffersChannelBinding && transport == Transport.Tls))
                return Objection(
                    "channel_binding=require needs SCRAM-SHA-256-PLUS over TLS, which the server does not offer here.",
                    "Use scram-sha-256 in pg_hba.conf with a password stored as SCRAM, or channel_binding=prefer.");
            return null;
        };
    }

    // The list is either of methods to accept or, each with a '!', of methods to refuse; libpq does not let them mix.
    private static bool Accepts(string[] methods, string method) =>
        methods[0].StartsWith('!') ? !methods.Contains("!" + method) : methods.Contains(method);

    private static PgSslException Objection(string message, string remedy) => new(PgSslError.UnacceptableAuthentication, message, remedy);
}
