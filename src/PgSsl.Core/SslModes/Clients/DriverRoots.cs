using PgSsl.Certificates.Trust;
using PgSsl.Connections;

namespace PgSsl.SslModes.Clients;

/// <summary>The root file of a driver: <c>sslrootcert</c> as far as the driver would see it, which is not always what libpq sees.</summary>
internal static class DriverRoots
{
    /// <summary>
    /// The absolute path given by one of the sources (<see cref="SettingSource"/>) that the driver reads; <c>system</c> is a file name
    /// here. Null where none is.
    /// </summary>
    public static string? Given(ConnectionSettings settings, params string[] sources) =>
        settings.Get("sslrootcert") is { Value.Length: > 0 } setting && sources.Contains(setting.Source)
            ? settings.Environment.ResolvePath(setting.Value)
            : null;

    /// <summary>The absolute path of libpq's default root file; null without a home.</summary>
    public static string? DefaultPath(ConnectionSettings settings) =>
        settings.Environment.UnderConfiguration(ConnectionSettings.DefaultRootFile);

    /// <summary>The policy of verify-ca or verify-full: with its roots, or with a TLS attempt that fails for want of them.</summary>
    public static ClientPolicy Verify(ClientPolicy policy, SslMode mode, Func<TrustStore> loadRoots)
    {
        policy = policy with { Verification = mode == SslMode.VerifyFull ? Verification.ChainAndHost : Verification.Chain };
        try
        {
            return policy with { Trust = loadRoots() };
        }
        catch (PgSslException failure)
        {
            return policy with { TlsSetupFailure = failure };
        }
    }

    /// <summary>Loads a root file that the driver insists on.</summary>
    /// <exception cref="PgSslException">It is missing, or nothing can be read from it.</exception>
    public static TrustStore Load(string path, string driver, TrustStoreCache trust)
    {
        if (trust.Exists(path))
            return trust.GetFile(path);
        throw new PgSslException(
            PgSslError.FileNotFound,
            $"Root certificate file \"{path}\" does not exist, and {driver} does not go without.",
            Path.GetFileName(path) == ConnectionSettings.SystemRoots
                ? $"{driver} takes \"system\" for the name of a file: give it a file with the root certificate of the server's CA."
                : "Get the root certificate of the server's CA and name it with -RootCertificate.");
    }
}
