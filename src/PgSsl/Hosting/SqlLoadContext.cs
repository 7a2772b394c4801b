using System.Reflection;
using System.Runtime.Loader;

namespace PgSsl.Hosting;

/// <summary>
/// Where the SQL sessions and the driver below them are loaded, apart from everybody else's: another module may have another Npgsql. It
/// shares with the cmdlets only PgSsl.Core, by which they talk. What is in lib/ is loaded from there and from nowhere else; what is
/// not is .NET's own.
/// </summary>
internal sealed class SqlLoadContext(string directory) : AssemblyLoadContext("PgSsl SQL")
{
    private static readonly Assembly Core = typeof(PgSslException).Assembly;

    /// <summary>Loads an assembly of the folder.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public Assembly Load(string name) => LoadFromAssemblyPath(PathOf(name));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Core.GetName().Name)
            return Core;
        string path = PathOf(assemblyName.Name!);
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private string PathOf(string name) => Path.Combine(directory, name + ".dll");
}
