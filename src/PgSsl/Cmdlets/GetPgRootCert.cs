using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Providers;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;

namespace PgSsl.Cmdlets;

/// <summary>Gets the root certificates that libpq uses, or those of a file, and their problems.</summary>
[Cmdlet(VerbsCommon.Get, "PgRootCert", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RootCertificate), ParameterSetName = [PathSet, OperatingSystemSet])]
[OutputType(typeof(RootCertificateProvider), ParameterSetName = [ProviderSet])]
public sealed class GetPgRootCertCommand : PgCmdlet
{
    private const string PathSet = "Path";
    private const string OperatingSystemSet = "OperatingSystem";
    private const string ProviderSet = "Provider";

    /// <summary>Files of certificates, or <c>system</c>; without it, the file that libpq would read.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [Alias("PSPath", "FullName", "RootCertificate")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string[]? Path { get; set; }

    /// <summary>The operating system's roots, which <c>sslrootcert=system</c> stands for.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OperatingSystemSet)]
    public SwitchParameter OperatingSystem { get; set; }

    /// <summary>Providers of managed PostgreSQL in the catalogue, with wildcards: where their roots are, and common mistakes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProviderSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Provider { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (OperatingSystem)
            WriteSystem();
        else if (Path is null && ParameterSetName == PathSet && !MyInvocation.ExpectingInput)
            Try(null, WriteEffective);
        foreach (string name in Provider)
            Try(name, () => WriteProvider(name));
        foreach (string path in Path ?? [])
            Try(path, () => WriteMatching(path));
    }

    private void WriteProvider(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        IEnumerable<Provider> matching = WildcardPattern.ContainsWildcardCharacters(name)
            ? ProviderCatalogue.All.Where(provider => pattern.IsMatch(provider.Name))
            : [ProviderCatalogue.Get(name)];
        WriteObject(matching.Select(RootCertificateProvider.Create), enumerateCollection: true);
    }

    private void WriteSystem() => WriteObject(RootCertificate.OfSystem(Environment, DateTimeOffset.UtcNow), enumerateCollection: true);

    private void WriteEffective()
    {
        var roots = EffectiveRoots.Find(Environment);
        if (roots.IsSystem)
            WriteSystem();
        else if (roots.Path is { } path && (!roots.IsDefault || System.IO.Path.Exists(path)))
            WriteFile(path);
        else
            WriteNone(roots);
    }

    /// <summary>Most clients have no file at the default path: libpq then verifies nothing, unless it is told to.</summary>
    private void WriteNone(EffectiveRoots roots)
    {
        if (roots.Misplaced is { } misplaced)
            WriteWarning($"{misplaced} exists, but libpq does not look there: it reads {roots.Path}, which does not exist.");
        else
            WriteVerbose($"There is no {roots.Path ?? "home directory"}: libpq has no root certificates of its own.");
    }

    private void WriteMatching(string path)
    {
        if (path == ConnectionSettings.SystemRoots)
        {
            WriteSystem();
            return;
        }
        foreach (string file in FindFiles(path))
            WriteFile(file);
    }

    private void WriteFile(string path) => Try(path, () =>
    {
        RootFile file = RootFile.Read(path);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        RootFileProblem[] problems = [.. file.Problems(now).Where(problem => problem.Position is null)];
        foreach (RootFileProblem problem in problems.Where(problem => !problem.IsFatal))
            WriteWarning(problem.Message);
        WriteObject(RootCertificate.Of(file, now), enumerateCollection: true);
        if (Array.Find(problems, problem => problem.IsFatal) is { } fatal)
            throw new PgSslException(PgSslError.InvalidCertificateFile, fatal.Message, fatal.Remedy, file.Refusal);
    });
}
