using System.Reflection;

namespace PgSsl.Sandbox;

/// <summary>The working copy that this assembly was built from; the build wrote into it where that is.</summary>
public static class Repository
{
    /// <summary>The repository's root, which is the module's folder.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The module that the build of this assembly has built.</summary>
    public static string ManifestPath { get; } = Path.Combine(Root, "PgSsl.psd1");

    /// <summary>The Pester files.</summary>
    public static string Pester { get; } = Path.Combine(Root, "tests", "Pester");

    /// <summary>Debug or Release.</summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The folder of the package that holds PowerShell, as it was restored.</summary>
    internal static string PowerShellPackage { get; } = Metadata("PowerShellPackage");

    private static string Metadata(string key) => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!;
}
