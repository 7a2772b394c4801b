using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>The root file that is to change and, if it belongs to one service, how that service comes to use it.</summary>
/// <param name="Path">The root file, absolute; it need not exist.</param>
internal sealed record RootTarget(string Path)
{
    private const string Parameter = "sslrootcert";

    private ServiceFileLocation? _serviceFile;

    /// <summary>The service whose <c>sslrootcert</c> is to name the file; null where no service is meant.</summary>
    public string? Service { get; private init; }

    /// <summary>Whether the service does not exist yet.</summary>
    public bool IsNewService => _serviceFile is { DefinesService: false };

    /// <summary>Finds the file that roots go into.</summary>
    /// <param name="environment">The account whose file is meant.</param>
    /// <param name="path">The file, absolute; null for the one that libpq uses, or the service's.</param>
    /// <param name="service">A service that is to use the file; null for none.</param>
    /// <exception cref="PgSslException">
    /// libpq uses the operating system's roots, there is no home directory, or libpq would refuse the service file.
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

    /// <summary>Finds the file that a service uses already, to change only that file.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ServiceNotFound"/>, or <see cref="PgSslError.FileNotFound"/>: the service names no root file of its own.
    /// </exception>
    public static RootTarget FindOf(ConnectionEnvironment environment, string service)
    {
        var file = ServiceFileLocation.Find(service, environment);
        if (!file.DefinesService)
            throw new PgSslException(
                PgSslError.ServiceNotFound, $"The service \"{service}\" is not defined: {file.Path} has no such section.",
                "Check the name; Get-PgConnectionSetting shows how libpq reads a service.");
        return new RootTarget(NamedBy(service, file, environment) ?? throw new PgSslException(
            PgSslError.FileNotFound, $"The service \"{service}\" names no root file of its own.",
            "Name the file with -Path; without -Service it is the file that all connections use."))
        {
            Service = service,
        };
    }

    /// <summary>The roots that are in the file now; none if there is no file, or libpq would not read it.</summary>
    /// <exception cref="PgSslException">FileUnreadable.</exception>
    public TrustStore ReadRoots() =>
        TrustStore.FromCertificates(RootFile.Parse(new RootFileWriter().Read(Path), Path).TrustedCertificates, Path);

    /// <summary>
    /// Whether connections to an endpoint will use the file because of the service: those that name the service; and of those that name no
    /// service, the connections to a host of the service, or to any host if the service names none.
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
    /// The edits that make the service use the file; none if it does already. A new service is added to the user's own file.
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
        // A service file may hold passwords some day. An existing file keeps its mode.
        FileProtection protection = before is null ? FileProtection.PrivateKey() : FileProtection.Public;
        return
        [
            new FileEdit(location.Path, after)
            {
                Expected = before, MayReplace = before is not null, Protection = protection, Kind = FileKind.Services,
            },
        ];
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
        string noLonger = old is null ? "" : $", and no longer {(old == ConnectionSettings.SystemRoots ? "the operating system's roots" : old)}";
        return
        [
            $"{location.Path}: {section} gets {Parameter}={Path}{was}.{whose}",
            $"Connections of service {Service} use this file from then on{noLonger}: libpq verifies the server's chain in every mode, " +
            "require becomes verify-ca and fails at a server of another CA, and there allow and prefer silently fall back to plaintext.",
        ];
    }

    private static string Usual(ConnectionEnvironment environment)
    {
        var roots = EffectiveRoots.Find(environment);
        if (roots.IsSystem)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "libpq uses the operating system's roots here (sslrootcert=system), not a file.",
                "Name the file with -Path, or add the root to the operating system's store.");
        return roots.Path ?? throw new PgSslException(
            PgSslError.FileNotFound, "This account has no home directory in which libpq could find root.crt.", "Name the file with -Path.");
    }

    private static string? NamedBy(string service, ServiceFileLocation file, ConnectionEnvironment environment)
    {
        string? named = file.DefinesService
            ? ServiceFileEditor.Get(new RootFileWriter().Read(file.Path) ?? [], service, Parameter, file.Path)
            : null;
        return named is null or "" or ConnectionSettings.SystemRoots ? null : environment.ResolvePath(named);
    }

    /// <summary>A file for the service alone: among libpq's files, or beside a service file elsewhere.</summary>
    private static string OwnPathOf(string service, ServiceFileLocation file, ConnectionEnvironment environment)
    {
        char[] forbidden = System.IO.Path.GetInvalidFileNameChars();
        string name = new([.. service.Select(c => forbidden.Contains(c) || char.IsWhiteSpace(c) ? '_' : c)]);
        bool isOwn = file.Path == environment.UnderHome(".pg_service.conf");
        string? directory = isOwn ? environment.ConfigurationDirectory : System.IO.Path.GetDirectoryName(file.Path);
        return System.IO.Path.Combine(directory!, $"{name}.root.crt");
    }
}
