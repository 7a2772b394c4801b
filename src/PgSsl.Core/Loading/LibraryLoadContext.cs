using System.Reflection;
using System.Runtime.Loader;

namespace PgSsl.Loading;

/// <summary>
/// The load context of an assembly in lib/ and of what it depends on. It is separate because another module may have loaded another version of the
/// same library: every BouncyCastle 2.x calls itself 2.0.0.0, so .NET would take the older one for the newer. It shares only PgSsl.Core with the
/// rest. An assembly that is in lib/ is loaded from there and from nowhere else; the others belong to .NET.
/// </summary>
internal sealed class LibraryLoadContext : AssemblyLoadContext
{
    private const string Folder = "lib";

    private static readonly Assembly Core = typeof(LibraryLoadContext).Assembly;

    private readonly string _directory = Path.Combine(Path.GetDirectoryName(Core.Location)!, Folder);

    private LibraryLoadContext(string name)
        : base(name)
    {
    }

    /// <summary>Loads an assembly of lib/ into a context of its own, and makes an object of one of its types.</summary>
    /// <typeparam name="T">The interface of Core through which the object is used.</typeparam>
    /// <param name="assembly">The assembly.</param>
    /// <param name="type">The full name of the type. It has a constructor without parameters.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: the module's folder is incomplete.</exception>
    public static T Create<T>(string assembly, string type)
    {
        var context = new LibraryLoadContext(assembly);
        try
        {
            Type found = context.LoadFromAssemblyPath(context.PathOf(assembly)).GetType(type, throwOnError: true)!;
            return (T)Activator.CreateInstance(found)!;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or TypeLoadException or TargetInvocationException)
        {
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The module's folder is incomplete: {context._directory} should hold {assembly} and what it needs. {exception.Message}",
                "Install the module again; from sources, run dotnet build src/PgSsl.",
                exception);
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Core.GetName().Name)
            return Core;
        string path = PathOf(assemblyName.Name!);
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private string PathOf(string name) => Path.Combine(_directory, name + ".dll");
}
