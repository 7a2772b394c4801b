using System.Reflection;

namespace PgSsl.Tests;

/// <summary>Where the sources are: the build wrote it into this assembly.</summary>
internal static class RepositoryFolder
{
    /// <summary>The repository's root, which is the module's folder.</summary>
    public static string Root { get; } = typeof(RepositoryFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>The Pester files.</summary>
    public static string Pester { get; } = Path.Combine(Root, "tests", "Pester");
}
