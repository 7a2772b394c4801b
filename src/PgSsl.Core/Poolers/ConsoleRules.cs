using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// Which questions for a password PgBouncer asks, by its auth_type and the role's secret (pgbouncer(5); client.c, finish_set_pool). A program
/// that asks in a weaker way is not this PgBouncer, or wants the password.
/// </summary>
internal sealed class ConsoleRules
{
    // The default of PgBouncer 1.18 (main.c).
    private const string Default = "md5";

    private readonly string _type;
    private readonly bool _isScram;

    private ConsoleRules(string type, bool isScram) => (_type, _isScram) = (type, isScram);

    /// <summary>The rules of a configuration for one role.</summary>
    public static ConsoleRules Of(PgBouncerIni ini, string role) => new(
        (ini["auth_type"] ?? Default).ToLowerInvariant(),
        ini["auth_file"] is { } path && Path.IsPathFullyQualified(path) && HasScramSecret(path, role));

    /// <summary>Throws if the password must not be sent as it is.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnacceptableAuthentication"/>.</exception>
    public void CheckCleartext(bool isKnown) => Check("in clear", isKnown, _type is "plain" or "pam" or "ldap");

    /// <summary>Throws if a hash by md5 must not be sent: the password can be guessed from it, as fast as one can count.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnacceptableAuthentication"/>.</exception>
    public void CheckMd5(bool isKnown) => Check("as an MD5 hash", isKnown, _type is "md5" or "hba" && !_isScram);

    private void Check(string how, bool isKnown, bool isAsked)
    {
        if (isAsked && isKnown)
            return;
        string because = isAsked ? "it is not known which account answers there"
            : _isScram && _type is "md5" or "hba" ? "auth_file has a SCRAM secret for the role"
            : $"auth_type is {_type}";
        throw new PgSslException(
            PgSslError.UnacceptableAuthentication,
            $"The admin console asks for the password {how}, but {because}. The password was not sent.",
            $"Check what listens there. {ReloadAdvice.WithoutPassword(OperatingSystem.IsWindows())}");
    }

    /// <summary>Lines of a name and a secret, each in quotes, which are doubled inside (loader.c, load_auth_file).</summary>
    private static bool HasScramSecret(string path, string role)
    {
        try
        {
            string start = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            return System.Text.Encoding.UTF8.GetString(RegularFile.Read(path, RegularFile.ConfigurationLimit)).Split('\n')
                .Select(line => line.Trim())
                .Any(line => line.StartsWith(start, StringComparison.Ordinal)
                    && line[start.Length..].TrimStart().StartsWith("\"SCRAM-SHA-256$", StringComparison.Ordinal));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Then auth_type alone decides.
            return false;
        }
    }
}
