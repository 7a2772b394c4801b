using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Connections.Formats;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Writes a connection for libpq, Npgsql or JDBC, or as an environment file or a service file. It makes no connection.</summary>
[Cmdlet(VerbsData.ConvertTo, "PgConnectionString")]
[OutputType(typeof(string))]
public sealed class ConvertToPgConnectionStringCommand : EndpointCmdlet
{
    private readonly HashSet<string> _sections = new(StringComparer.Ordinal);
    private string? _rootCertificate;

    /// <summary>How the connection is written.</summary>
    [Parameter(Position = 1)]
    [ConnectionStringFormatTransformation]
    [ArgumentCompleter(typeof(ConnectionStringFormatCompleter))]
    public string Format { get; set; } = "Uri";

    /// <summary>The role, instead of the endpoint's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("User")]
    public string? UserName { get; set; }

    /// <summary>The database, instead of the endpoint's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DatabaseName")]
    public string? Database { get; set; }

    /// <summary>The sslmode, instead of the endpoint's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SslModeTransformation]
    [ArgumentCompleter(typeof(SslModeCompleter))]
    public string? SslMode { get; set; }

    /// <summary>A file of root certificates, instead of sslrootcert; or <c>system</c>.</summary>
    [Parameter]
    [Alias("SslRootCert")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string? RootCertificate { get; set; }

    /// <summary>The name of the section, for -Format Service; without it, the endpoint's service, or its host.</summary>
    [Parameter]
    [Alias("Service")]
    [ValidateNotNullOrEmpty]
    public string? ServiceName { get; set; }

    /// <summary>Writes passwords and other secrets as well.</summary>
    [Parameter]
    public SwitchParameter IncludePassword { get; set; }

    /// <inheritdoc/>
    protected override string NamedParameterExample => "-Format Npgsql";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (ServiceName is not null && Format != "Service")
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters, $"-ServiceName names a section of a service file, but -Format {Format} has no sections.",
                    "Add -Format Service, or leave out -ServiceName. To convert a service, give service=name as the endpoint."),
                ServiceName);
        TryOrThrow(
            RootCertificate, () => _rootCertificate = RootCertificate == ConnectionSettings.SystemRoots ? RootCertificate : Resolve(RootCertificate));
        // The string may be for another machine.
        if (_rootCertificate is not (null or ConnectionSettings.SystemRoots) && !File.Exists(_rootCertificate))
            WriteWarning($"The root certificate file \"{_rootCertificate}\" does not exist on this machine.");
    }

    /// <inheritdoc/>
    private protected override Action Prepare(PgEndpoint endpoint)
    {
        var options = new FormatOptions { IncludeSecrets = IncludePassword, ServiceName = ServiceName };
        FormattedConnection written = ConnectionStringWriter.Write(endpoint, ConnectionStringFormats.Get(Format), Environment, options);
        return () => Write(written);
    }

    /// <inheritdoc/>
    private protected override PgEndpoint Override(PgEndpoint endpoint)
    {
        (string Name, string? Value)[] given =
            // An empty cell of a table is not given.
            [("user", UserName), ("dbname", Database), ("sslmode", SslMode), ("sslrootcert", _rootCertificate)];
        return given.Where(parameter => !string.IsNullOrEmpty(parameter.Value))
            .Aggregate(base.Override(endpoint), (changed, parameter) => changed.With(parameter.Name, parameter.Value));
    }

    private void Write(FormattedConnection written)
    {
        foreach (string secret in written.OmittedSecrets)
            WriteWarning($"{written.Subject}: {secret} is left out; -IncludePassword writes it.");
        foreach (string warning in written.Warnings)
            WriteWarning($"{written.Subject}: {warning}");
        string firstLine = written.Text.Split('\n')[0];
        if (Format == "Service" && !_sections.Add(firstLine))
            WriteWarning(
                $"{written.Subject}: there is already a section {firstLine}, and libpq reads only the first of that name. " +
                "Give another name with -ServiceName.");
        WriteObject(written.Text);
    }
}
