using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>Finds the configuration that a file belongs to.</summary>
internal static class ConfigurationPaths
{
    private const string MainName = "postgresql.conf";

    /// <summary>Reads the configuration of a server on this machine.</summary>
    /// <param name="facts">What the server said.</param>
    /// <param name="path">The file that is to be changed.</param>
    /// <exception cref="PgSslException">The configuration is not on this machine, or the role may not see where it is.</exception>
    public static ConfigurationDocument ReadOf(ServerTlsFacts facts, string path)
    {
        string main = facts.ConfigurationFile ?? throw new PgSslException(
            PgSslError.InsufficientPrivilege,
            $"Role {facts.UserName} may not see where the server has its configuration.",
            $"GRANT pg_read_all_settings TO {SqlQuoting.Identifier(facts.UserName)}.");
        if (!File.Exists(main))
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The server has its configuration in {main}, but there is no such file on this machine.",
                $"Run this on the server's machine, omit -Endpoint to change only {path}, or omit -ConfigurationPath to use ALTER SYSTEM.");
        return ConfigurationDocument.Read(main, facts.DataDirectory, DiskServerFiles.Instance);
    }

    /// <summary>
    /// The configuration's own name for a file: a server on Windows says C:/… where PowerShell says C:\…, and a link may lead to the file. The
    /// path itself if the configuration does not have the file.
    /// </summary>
    public static string NameIn(ConfigurationDocument document, string path) =>
        document.Files.Select(file => file.Path).Append(document.AutoPath).FirstOrDefault(name => RealPath.AreSame(name, path)) ?? path;

    /// <summary>Reads the configuration that a file belongs to, where no server is asked: it is postgresql.conf itself, or included by it.</summary>
    /// <param name="path">The file, absolute.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>: it does not exist, or there is no postgresql.conf beside it or in the two directories above it.
    /// </exception>
    public static ConfigurationDocument ReadAround(string path)
    {
        if (!File.Exists(path))
            throw new PgSslException(
                PgSslError.FileNotFound, $"{path} does not exist.", "Name the server's postgresql.conf, or a file that it includes.");
        if (Path.GetFileName(path) == MainName)
            return ConfigurationDocument.Read(path, null, DiskServerFiles.Instance);
        string? directory = Path.GetDirectoryName(path);
        for (int i = 0; i < 3 && directory is not null; i++, directory = Path.GetDirectoryName(directory))
            if (File.Exists(Path.Combine(directory, MainName)))
                return ConfigurationDocument.Read(Path.Combine(directory, MainName), null, DiskServerFiles.Instance);
        throw new PgSslException(
            PgSslError.FileNotFound,
            $"It is not known which postgresql.conf includes {path}: there is none beside it or in the directories above it.",
            "Give -Endpoint: the server knows where its configuration is.");
    }
}
