using System.Reflection;
using System.Runtime.Loader;
using PgSsl.RuntimeWindows;

// The first argument is the test assembly, the others are names of test classes.
string assembly = Path.GetFullPath(args[0]);
AssemblyLoadContext.Default.Resolving += (context, name) =>
{
    string path = Path.Combine(Path.GetDirectoryName(assembly)!, name.Name + ".dll");
    return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
};
return Runner.Run(AssemblyLoadContext.Default.LoadFromAssemblyPath(assembly), args[1..]);
