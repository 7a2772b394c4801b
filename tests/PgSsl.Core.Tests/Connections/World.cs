using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

/// <summary>A home directory, environment variables and files of a test's own, gone when it ends.</summary>
internal sealed class World : IDisposable
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    internal string Root { get; } = Directory.CreateTempSubdirectory("pgssl-connections-").FullName;

    internal string Home => Path.Combine(Root, "home");

    internal string Etc => Path.Combine(Root, "etc");

    internal IReadOnlyDictionary<string, string> Variables => _variables;

    internal World()
    {
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(Etc);
    }

    internal ConnectionEnvironment Environment => new(_variables, Home, "alice", Root)
    {
        BuiltInConfigurationDirectory = Etc,
        DefaultSocketDirectory = "/var/run/postgresql",
    };

    internal ConnectionEnvironment Windows => new(_variables, Path.Combine(Root, "AppData", "postgresql"), "alice", Root, isWindows: true);

    internal World Set(string variable, string value)
    {
        _variables[variable] = value;
        return this;
    }

    /// <summary>Writes a file under the root and returns its path.</summary>
    internal string Write(string path, string content = "")
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    internal ConnectionSettings Resolve(string endpoint) => PgEndpoint.Parse(endpoint).Resolve(Environment);

    internal PgSslException Refuse(string endpoint) => Assert.Throws<PgSslException>(() => Resolve(endpoint));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
