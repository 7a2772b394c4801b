using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>Which root file is to change, and, where it is one service's own, how that service comes to go by it.</summary>
/// <param name="Path">The root file, absolute; it need not exist.</param>
public sealed record RootTarget(string Path)
{
    private const string Parameter = "sslrootcert";

    private ServiceFileLocation? _serviceFile;

    /// <summary>The service whose <c>sslrootcert</c> names the file; null where no service is meant.</summary>
    public string? Service { get; private init; }

    /// <summary>Finds the file.</summary>
    /// <param name="environment">The account whose file is meant.</param>
    /// <param name="path">The file, absolute; null for the one that libpq goes by, or the service's.</param>
    /// <param name="service">A service; null for none.</param>
    /// <exception cref="PgSslException">
    /// libpq goes by the operating system's roots, there is no home directory, or the service file is one that libpq would refuse.
    /// </exception>
    public static RootTarget Find(ConnectionEnvironment environment, string? path, string? service)
    {
        if (service is null)
            return new RootTarget(path ?? Usual(environment));
        var file = ServiceFileLocation.Find(service, environment);
        return new RootTarget(path ?? PathOf(service, file, environment)) { Service = service, _serviceFile = file };
    }

    /// <summary>
    /// What makes the service go by the file; none where it does already. A service that is not there yet is added to the user's own file.
    /// </summary>
    /// <exception cref="PgSslException">libpq would refuse the service file, or the path in it.</exception>
    public IReadOnlyList<FileEdit> ServiceEdits(RootFileWriter files)
    {
        if (_serviceFile is not { } location)
            return [];
        byte[]? before = files.Read(location.Path);
        byte[] after = ServiceFileEditor.Set(before ?? [], Service!, Parameter, Path, location.Path);
        if (after.AsSpan().SequenceEqual(before))
            return [];
        // Passwords may come to stand in a service file; one that exists keeps its mode.
        FileProtection protection = before is null ? FileProtection.PrivateKey() : FileProtection.Public;
        return [new FileEdit(location.Path, after) { Expected = before, MayReplace = before is not null, Protection = protection }];
    }

    /// <summary>The edits as sentences.</summary>
    public IReadOnlyList<string> Describe(IReadOnlyList<FileEdit> serviceEdits)
    {
        if (serviceEdits is not [var edit] || _serviceFile is not { } location)
            return [];
        string? old = edit.Expected is { } before ? ServiceFileEditor.Get(before, Service!, Parameter, location.Path) : null;
        string was = old is null ? "" : $" instead of {old}";
        string section = location.DefinesService ? $"[{Service}]" : $"[{Service}] (new)";
        string whose = location.IsShared ? " This file is every user's." : "";
        return [$"{location.Path}: {section} gets {Parameter}={Path}{was}.{whose}"];
    }

    private static string Usual(ConnectionEnvironment environment)
    {
        var roots = EffectiveRoots.Find(environment);
        if (roots.IsSystem)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "libpq goes by the operating system's roots here (sslrootcert=system), not by a file.",
                "Name the file with -Path, or add the root to the operating system's store.");
        return roots.Path ?? throw new PgSslException(
            PgSslError.FileNotFound, "There is no home directory to look for root.crt in.", "Name the file with -Path.");
    }

    /// <summary>The file that the service names already, else one of its own: among libpq's files, or beside a service file elsewhere.</summary>
    private static string PathOf(string service, ServiceFileLocation file, ConnectionEnvironment environment)
    {
        string? named = file.DefinesService ? ServiceFileEditor.Get(File.ReadAllBytes(file.Path), service, Parameter, file.Path) : null;
        if (named is not (null or "" or ConnectionSettings.SystemRoots))
            return environment.ResolvePath(named);
        char[] forbidden = System.IO.Path.GetInvalidFileNameChars();
        string name = new([.. service.Select(c => forbidden.Contains(c) || char.IsWhiteSpace(c) ? '_' : c)]);
        bool isOwn = file.Path == environment.UnderHome(".pg_service.conf");
        string? directory = isOwn ? environment.ConfigurationDirectory : System.IO.Path.GetDirectoryName(file.Path);
        return System.IO.Path.Combine(directory!, $"{name}.root.crt");
    }
}
