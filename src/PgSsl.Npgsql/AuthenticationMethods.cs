using PgSsl.Connections;

namespace PgSsl.Sql;

/// <summary>libpq's require_auth and channel_binding, in Npgsql's words.</summary>
internal static class AuthenticationMethods
{
    private const string Scram = "scram-sha-256";

    // oauth is missing, because Npgsql does not support it.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["password"] = "Password",
        ["md5"] = "MD5",
        ["gss"] = "GSS",
        ["sspi"] = "SSPI",
        [Scram] = "ScramSHA256",
        ["none"] = "None",
    };

    /// <summary>
    /// The acceptable methods, each by name: otherwise Npgsql would read PGREQUIREAUTH itself, and misunderstand it. Channel binding exists only in
    /// SCRAM, so libpq refuses every other method with it (fe-auth.c, check_expected_areq).
    /// </summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnsupportedParameter"/>: no method is left that Npgsql supports.</exception>
    public static string Acceptable(ConnectionSettings settings)
    {
        string[] written = settings.RequireAuth?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        IEnumerable<string> acceptable = written switch
        {
            [] => Names.Keys,
            [['!', ..], ..] => Names.Keys.Except(written.Select(method => method[1..])),
            _ => written,
        };
        if (settings.ChannelBinding == "require")
            acceptable = acceptable.Intersect([Scram]);
        string[] known = [.. acceptable.Where(Names.ContainsKey).Select(method => Names[method])];
        return known.Length > 0 ? string.Join(',', known) : throw new PgSslException(
            PgSslError.UnsupportedParameter,
            $"{settings.Get("require_auth").Shown} with channel_binding={settings.ChannelBinding} leaves no method that PgSsl supports.",
            $"It supports {string.Join(", ", Names.Keys)}; channel binding is part of {Scram}.");
    }
}
