using System.Management.Automation;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>Paths as users of PowerShell write them.</summary>
internal static class FilePath
{
    private const string FileSystem = "FileSystem";

    /// <summary>Resolves a path of the user's (<c>~</c>, a PSDrive, relative to the session's location) to one that .NET understands.</summary>
    /// <param name="paths">The session's.</param>
    /// <param name="path">A literal path; it need not exist.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: it is no path of the file system.</exception>
    public static string Resolve(PathIntrinsics paths, string path)
    {
        try
        {
            string resolved = paths.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.Name == FileSystem ? resolved : throw NotAFile(path, null);
        }
        catch (SessionStateException exception)
        {
            throw NotAFile(path, exception);
        }
    }

    private static PgSslException NotAFile(string path, Exception? cause) => new(
        PgSslError.FileNotFound, $"\"{SecretMask.Apply(path)}\" is no path of the file system.", "Name a file, such as ./root.crt.", cause);
}
