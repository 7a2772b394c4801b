using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Connections.Formats;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Writes a connection in the words of libpq, Npgsql, JDBC, an environment file or a service file. Connects to nothing.</summary>
[Cmdlet(VerbsData.ConvertTo, "PgConnectionString")]
[OutputType(typeof(string))]
public sealed class ConvertToPgConnectionStringCommand : PgCmdlet
{
    private readonly HashSet<string> _sections = new(StringComparer.Ordinal);
    private ConnectionEnvironment? _environment;
    private string? _rootCertificate;

    /// <summary>The endpoint; without one, what the environment says (PGHOST, PGSERVICE …).</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    [AllowEmptyCollection]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>How to write it.</summary>
    [Parameter(Position = 1)]
    [ConnectionStringFormatTransformation]
    [ArgumentCompleter(typeof(ConnectionStringFormatCompleter))]
    public string Format { get; set; } = "Uri";

    /// <summary>The port, instead of the endpoint's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>The role, instead of the endpoint's.</summary>
    [Parameter]
    [Alias("User")]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>The database, instead of the endpoint's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
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

    /// <summary>How TLS is begun: <c>postgres</c> (ask first) or <c>direct</c> (PostgreSQL 17 and newer).</summary>
    [Parameter]
    [Alias("Negotiation")]
    [SslNegotiationTransformation]
    [ArgumentCompleter(typeof(SslNegotiationCompleter))]
    public string? SslNegotiation { get; set; }

    /// <summary>The section's name, for -Format Service; the endpoint's service, else its host.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServiceName { get; set; }

    /// <summary>Writes passwords and other secrets, too.</summary>
    [Parameter]
    public SwitchParameter IncludePassword { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseServersTwice(Endpoint, "-Format Npgsql");
        if (ServiceName is not null && Format != "Service")
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters, $"-ServiceName names a section of a service file, and -Format {Format} has none.",
                    "Add -Format Service, or leave out -ServiceName. A service is converted as service=name."),
                ServiceName);
        _environment = ConnectionEnvironment.Capture(WorkingDirectory);
        _rootCertificate = RootCertificate is null or ConnectionSettings.SystemRoots ? RootCertificate : ResolveFilePath(RootCertificate);
        // The string may be for another machine.
        if (_rootCertificate is not (null or ConnectionSettings.SystemRoots) && !File.Exists(_rootCertificate))
            WriteWarning($"The root certificate file \"{_rootCertificate}\" does not exist on this machine.");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Endpoint is null && !MyInvocation.ExpectingInput)
            Endpoint = [EndpointArgument.FromEnvironment];
        foreach (EndpointArgument argument in Endpoint ?? [])
        {
            try
            {
                Write(argument.Endpoint ?? throw argument.Failure!);
            }
            catch (PgSslException failure)
            {
                WriteFailure(failure, argument.Target);
            }
        }
    }

    private void Write(PgEndpoint endpoint)
    {
        var options = new FormatOptions { IncludeSecrets = IncludePassword, ServiceName = ServiceName };
        FormattedConnection written = ConnectionStringWriter.Write(Override(endpoint), ConnectionStringFormats.Get(Format), _environment!, options);
        foreach (string secret in written.OmittedSecrets)
            WriteVerbose($"{written.Subject}: {secret} is left out; -IncludePassword writes it.");
        foreach (string warning in written.Warnings)
            WriteWarning($"{written.Subject}: {warning}");
        string firstLine = written.Text.Split('\n')[0];
        if (Format == "Service" && !_sections.Add(firstLine))
            WriteWarning($"{written.Subject}: libpq reads only the first section of a name, and {firstLine} is there already. Name it with -ServiceName.");
        WriteObject(written.Text);
    }

    private PgEndpoint Override(PgEndpoint endpoint)
    {
        (string Name, string? Value)[] given =
        [
            ("port", Port == 0 ? null : $"{Port}"), ("user", UserName), ("dbname", Database), ("sslmode", SslMode),
            ("sslrootcert", _rootCertificate), ("sslnegotiation", SslNegotiation),
        ];
        return given.Where(parameter => parameter.Value is not null)
            .Aggregate(endpoint, (changed, parameter) => changed.With(parameter.Name, parameter.Value));
    }
}
