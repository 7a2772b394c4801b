using System.Reflection;
using System.Runtime.Loader;

namespace PgSsl.Hosting;

/// <summary>
/// The load context of the SQL sessions and their driver. It is separate because another module may have loaded another Npgsql. It shares
/// only PgSsl.Core with the cmdlets. An assembly that is in lib/ is loaded from there and from nowhere else; the others belong to .NET.
/// </summary>
internal sealed class SqlLoadContext(string directory) : AssemblyLoadContext("PgSsl SQL")
{
    private static readonly Assembly Core = typeof(PgSslException).Assembly;

    /// <summary>Loads an assembly of the folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has no such assembly.</exception>
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
