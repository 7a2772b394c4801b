using System.Runtime.InteropServices;
using System.Security;
using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// The password of a session, and where it comes from, in libpq's order: explicit, connection string, service file, PGPASSWORD, password file
/// (fe-connect.c, pqConnectOptions2). It is not a record, because records show what they hold.
/// </summary>
internal sealed class SessionPassword
{
    private readonly SecureString? _given;
    private readonly string? _found;

    private SessionPassword(SecureString? given, string? found, string origin, string? problem) =>
        (_given, _found, Origin, Problem) = (given, found, origin, problem);

    /// <summary>Where it comes from, as the end of "The password came from".</summary>
    public string Origin { get; }

    /// <summary>Why a password file was not used; null where it was used, or does not exist.</summary>
    public string? Problem { get; }

    /// <summary>Whether there is one.</summary>
    public bool Exists => _given is not null || _found is not null;

    /// <summary>Finds the password. Reads the password file only if no other source has one.</summary>
    public static SessionPassword Find(ConnectionSettings settings, ConnectionHost host, SecureString? given)
    {
        if (given is { Length: > 0 })
            return new(given, null, "the credential", null);
        if (settings.GetSecret("password") is { Length: > 0 } written)
            return new(null, written, OriginOf(settings.Get("password")), null);
        string? fromFile = PasswordFile.Find(settings, host, out string? problem);
        return new(null, fromFile is { Length: > 0 } ? fromFile : null, $"the password file {PasswordFile.PathOf(settings)}", problem);
    }

    /// <summary>The password in clear, only for the driver.</summary>
    public string Reveal()
    {
        if (_given is null)
            return _found ?? "";
        IntPtr characters = Marshal.SecureStringToGlobalAllocUnicode(_given);
        try
        {
            return Marshal.PtrToStringUni(characters, _given.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(characters);
        }
    }

    /// <summary>A server's text without the password: a server that got it in clear may repeat it.</summary>
    public string Mask(string text) => Exists ? text.Replace(Reveal(), ConnectionSetting.Mask, StringComparison.Ordinal) : text;

    private static string OriginOf(ConnectionSetting setting) => setting.Source switch
    {
        SettingSource.Environment => $"the environment variable {setting.Origin}",
        SettingSource.ServiceFile => $"the service file ({setting.Origin})",
        _ => "the connection string",
    };
}
