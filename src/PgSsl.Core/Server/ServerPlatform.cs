namespace PgSsl.Server;

/// <summary>The platform that a server runs on, found in <c>version()</c>.</summary>
internal static class ServerPlatform
{
    private static readonly string[] WindowsCompilers = ["mingw", "Visual C++", "msvc", "-windows,"];

    /// <summary>
    /// Whether it is Windows, where each backend reads the files for TLS and authentication itself (EXEC_BACKEND). <c>version()</c> names
    /// the compiler or the host (configure.ac, meson.build: PG_VERSION_STR; built by meson with
    /// gcc or clang it says "on x86_64-windows, compiled by gcc-13").
    /// </summary>
    public static bool IsWindows(string version) => Array.Exists(WindowsCompilers, name => version.Contains(name, StringComparison.Ordinal));

    /// <summary>
    /// Whether each process of a server reads these files itself, seen in its data directory: a postmaster that is built so writes the parameters for
    /// its processes into a file when it starts (guc.c, write_nondefault_variables). On Windows all are; elsewhere those that were compiled with
    /// -DEXEC_BACKEND.
    /// </summary>
    public static bool EachProcessReads(string dataDirectory) => File.Exists(Path.Combine(dataDirectory, "global", "config_exec_params"));
}
