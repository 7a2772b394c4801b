using PgSsl.Common;

namespace PgSsl.Connections;

/// <summary>The checks of libpq 18 before it connects (fe-connect.c, pqConnectOptions2), except those of hosts and ports.</summary>
internal static class SettingRules
{
    private const string RangeRemedy = "Raise the maximum or lower the minimum.";

    // Parameters that are sent to the server in plaintext, or looked up by name.
    private static readonly string[] Names = ["host", "user", "dbname"];

    internal static void Check(ConnectionSettings settings)
    {
        foreach (string name in Names)
            RefusedText.RefuseSecretIn(name, settings.Get(name).Raw);
        for (int i = 0; i < settings.All.Count; i++)
        {
            if (settings.All[i].Source != SettingSource.Default) CheckValue(ConnectionParameters.All[i], settings.All[i]);
        }
        CheckNegotiation(settings);
        CheckSystemRoots(settings);
        CheckTlsRange(settings);
        CheckWireRange(settings);
    }

    internal static PgSslException Invalid(ConnectionSetting setting, string fault, string remedy) =>
        new(PgSslError.InvalidParameterValue, $"libpq would refuse {setting.Shown}: {fault}.", remedy);

    private static void CheckValue(ConnectionParameter parameter, ConnectionSetting setting)
    {
        string value = setting.Raw ?? "";
        switch (parameter.Syntax)
        {
            case ParameterSyntax.Choice when !parameter.AllowedValues!.Contains(value):
            case ParameterSyntax.TlsVersion when value.Length > 0 && TlsVersions.FromName(value) is null:
                throw Invalid(setting, "it is not one of the possible values", $"Use one of {string.Join(", ", parameter.AllowedValues!)}.");
            case ParameterSyntax.Number when !LibpqInteger.TryParse(value, out _):
                throw Invalid(setting, "it is not an integer", "Give a whole number.");
            case ParameterSyntax.ScramKey when !IsScramKey(value):
                throw Invalid(setting, "it is not 32 bytes in base64", "Give the key as pg_authid and SCRAM libraries write it.");
            case ParameterSyntax.AuthenticationMethods when value.Length > 0:
                CheckMethods(parameter, setting, value.Split(','));
                break;
        }
    }

    private static bool IsScramKey(string value) =>
        Convert.TryFromBase64String(value, new byte[value.Length], out int length) && length == 32;

    private static void CheckMethods(ConnectionParameter parameter, ConnectionSetting setting, string[] methods)
    {
        bool negated = methods[0].StartsWith('!');
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string method in methods)
        {
            if (method.StartsWith('!') != negated)
                throw Invalid(
                    setting, "it mixes methods with and without \"!\"",
                    "Name the methods that are acceptable, or with \"!\" those that are not.");
            string name = negated ? method[1..] : method;
            if (!parameter.AllowedValues!.Contains(name))
                throw Invalid(
                    setting, $"\"{name}\" is not an authentication method",
                    $"Use {string.Join(", ", parameter.AllowedValues!)}, separated by commas.");
            if (!seen.Add(name)) throw Invalid(setting, $"it names {name} twice", "Name each method once.");
        }
    }

    private static void CheckNegotiation(ConnectionSettings settings)
    {
        if (settings.SslNegotiation != SslNegotiation.Direct || settings.SslMode >= SslMode.Require) return;
        throw Contradiction(
            settings, "sslmode", "sslnegotiation", "direct TLS could fall back to plaintext unnoticed",
            "Set sslmode to require, verify-ca or verify-full.");
    }

    private static void CheckSystemRoots(ConnectionSettings settings)
    {
        if (!settings.UsesSystemRoots || settings.SslMode == SslMode.VerifyFull) return;
        throw Contradiction(
            settings, "sslmode", "sslrootcert", "anyone can get a certificate from a public CA, so the name must be verified, too",
            "Set sslmode to verify-full, or leave it out.");
    }

    private static void CheckTlsRange(ConnectionSettings settings)
    {
        // False where one of them is null: then there is no contradiction.
        if (!(settings.MinimumTlsVersion > settings.MaximumTlsVersion)) return;
        throw Contradiction(settings, "ssl_min_protocol_version", "ssl_max_protocol_version", "no TLS version fits both", RangeRemedy);
    }

    private static void CheckWireRange(ConnectionSettings settings)
    {
        // "latest" is 3.2 in libpq 18, so only 3.0 is lower than another version.
        bool contradicts = settings["min_protocol_version"] is "3.2" or "latest" && settings["max_protocol_version"] is "3.0";
        if (contradicts)
            throw Contradiction(settings, "min_protocol_version", "max_protocol_version", "no protocol version fits both", RangeRemedy);
    }

    private static PgSslException Contradiction(ConnectionSettings settings, string first, string second, string why, string remedy) =>
        new(PgSslError.ContradictoryParameters,
            $"libpq would refuse {settings.Get(first).Shown} together with {settings.Get(second).Shown}: {why}.", remedy);
}
