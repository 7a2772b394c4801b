using PgSsl.Certificates.Trust;
using PgSsl.Connections;

namespace PgSsl.SslModes.Clients;

/// <summary>The root file of a driver: <c>sslrootcert</c> from the sources that the driver reads, which are fewer than libpq's.</summary>
internal static class DriverRoots
{
    /// <summary>
    /// The absolute path from one of the sources (<see cref="SettingSource"/>) that the driver reads; null if they have none.
    /// <c>system</c> is a file name here.
    /// </summary>
    public static string? Given(ConnectionSettings settings, params string[] sources) =>
        settings.Get("sslrootcert") is { Value.Length: > 0 } setting && sources.Contains(setting.Source)
            ? settings.Environment.ResolvePath(setting.Value)
            : null;

    /// <summary>The absolute path of libpq's default root file; null without a home directory.</summary>
    public static string? DefaultPath(ConnectionSettings settings) =>
        settings.Environment.UnderConfiguration(ConnectionSettings.DefaultRootFile);

    /// <summary>The policy of verify-ca or verify-full: with its roots, or with a TLS attempt that fails because there are none.</summary>
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

    /// <summary>Loads a root file that the driver needs.</summary>
    /// <exception cref="PgSslException">It does not exist, or cannot be used.</exception>
    public static TrustStore Load(string path, string driver, TrustStoreCache trust)
    {
        if (trust.Exists(path))
            return trust.GetFile(path);
        throw new PgSslException(
            PgSslError.FileNotFound,
            $"Root certificate file \"{path}\" does not exist, and {driver} needs it.",
            Path.GetFileName(path) == ConnectionSettings.SystemRoots
                ? $"For {driver} \"system\" is the name of a file. Name a file with the root certificate of the server's CA."
                : "Get the root certificate of the server's CA and name it with -RootCertificate.");
    }
}
