using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>Which root file is to change, and, where it is one service's own, how that service comes to go by it.</summary>
/// <param name="Path">The root file, absolute; it need not exist.</param>
internal sealed record RootTarget(string Path)
{
    private const string Parameter = "sslrootcert";

    private ServiceFileLocation? _serviceFile;

    /// <summary>The service whose <c>sslrootcert</c> is to name the file; null where no service is meant.</summary>
    public string? Service { get; private init; }

    /// <summary>Whether the service is not there yet.</summary>
    public bool IsNewService => _serviceFile is { DefinesService: false };

    /// <summary>Finds the file in which roots are to be.</summary>
    /// <param name="environment">The account whose file is meant.</param>
    /// <param name="path">The file, absolute; null for the one that libpq goes by, or the service's.</param>
    /// <param name="service">A service that is to go by the file; null for none.</param>
    /// <exception cref="PgSslException">
    /// libpq goes by the operating system's roots, there is no home directory, or the service file is one that libpq would refuse.
    /// </exception>
    public static RootTarget Find(ConnectionEnvironment environment, string? path, string? service)
    {
        if (service is null)
            return new RootTarget(path ?? Usual(environment));
        var file = ServiceFileLocation.Find(service, environment);
        return new RootTarget(path ?? NamedBy(service, file, environment) ?? OwnPathOf(service, file, environment))
        {
            Service = service,
            _serviceFile = file,
        };
    }

    /// <summary>Finds the file that a service goes by already, to change no more than that file.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ServiceNotFound"/>, or <see cref="PgSslError.FileNotFound"/>: the service names no root file of its own.
    /// </exception>
    public static RootTarget FindOf(ConnectionEnvironment environment, string service)
    {
        var file = ServiceFileLocation.Find(service, environment);
        if (!file.DefinesService)
            throw new PgSslException(
                PgSslError.ServiceNotFound, $"The service \"{service}\" is not defined: {file.Path} has no such section.",
                "Check the name; Get-PgConnectionSetting shows what libpq makes of one.");
        return new RootTarget(NamedBy(service, file, environment) ?? throw new PgSslException(
            PgSslError.FileNotFound, $"The service \"{service}\" names no root file of its own.",
            "Name the file with -Path; without -Service it is the one that all connections go by."))
        {
            Service = service,
        };
    }

    /// <summary>The roots that are in the file now, whose servers they vouch for; none where there is no file that libpq would read.</summary>
    /// <exception cref="PgSslException">FileUnreadable.</exception>
    public TrustStore ReadRoots() =>
        TrustStore.FromCertificates(RootFile.Parse(new RootFileWriter().Read(Path), Path).TrustedCertificates, Path);

    /// <summary>
    /// Whether connections by an endpoint will go by the file because of the service: those that name the service, and, where they name
    /// none, those to a host of the service's, or to any host where the service names none.
    /// </summary>
    /// <exception cref="PgSslException">libpq would refuse the endpoint.</exception>
    public bool GainsFile(PgEndpoint endpoint, ConnectionEnvironment environment)
    {
        if (Service is null)
            return false;
        if (endpoint.Parameters.TryGetValue("service", out string? named))
            return named == Service;
        if (_serviceFile is not { DefinesService: true })
            return true;
        ConnectionSettings service = PgEndpoint.FromParameters([new("service", Service)]).ResolveForAnyMode(environment);
        return service.Get("host").Source != SettingSource.ServiceFile
            || endpoint.ResolveForAnyMode(environment).Hosts.Any(host => service.Hosts.Any(other => other.DisplayName == host.DisplayName));
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

    /// <summary>The edits as sentences, and what they mean for the service's connections.</summary>
    public IReadOnlyList<string> Describe(IReadOnlyList<FileEdit> serviceEdits)
    {
        if (serviceEdits is not [var edit] || _serviceFile is not { } location)
            return [];
        string? old = edit.Expected is { } before ? ServiceFileEditor.Get(before, Service!, Parameter, location.Path) : null;
        string was = old is null ? "" : $" instead of {old}";
        string section = location.DefinesService ? $"[{Service}]" : $"[{Service}] (new)";
        string whose = location.IsShared ? " This file is every user's." : "";
        string noLonger = old is null ? "" : $", no longer by {(old == ConnectionSettings.SystemRoots ? "the operating system's roots" : old)}";
        return
        [
            $"{location.Path}: {section} gets {Parameter}={Path}{was}.{whose}",
            $"Connections of service {Service} go by this file from then on{noLonger}: libpq verifies the server's chain in every mode, " +
            "require becomes verify-ca and fails at a server of another CA, and there allow and prefer go on in plaintext, without a word.",
        ];
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

    private static string? NamedBy(string service, ServiceFileLocation file, ConnectionEnvironment environment)
    {
        string? named = file.DefinesService
            ? ServiceFileEditor.Get(new RootFileWriter().Read(file.Path) ?? [], service, Parameter, file.Path)
            : null;
        return named is null or "" or ConnectionSettings.SystemRoots ? null : environment.ResolvePath(named);
    }

    /// <summary>A file of the service's own: among libpq's files, or beside a service file elsewhere.</summary>
    private static string OwnPathOf(string service, ServiceFileLocation file, ConnectionEnvironment environment)
    {
        char[] forbidden = System.IO.Path.GetInvalidFileNameChars();
        string name = new([.. service.Select(c => forbidden.Contains(c) || char.IsWhiteSpace(c) ? '_' : c)]);
        bool isOwn = file.Path == environment.UnderHome(".pg_service.conf");
        string? directory = isOwn ? environment.ConfigurationDirectory : System.IO.Path.GetDirectoryName(file.Path);
        return System.IO.Path.Combine(directory!, $"{name}.root.crt");
    }
}
