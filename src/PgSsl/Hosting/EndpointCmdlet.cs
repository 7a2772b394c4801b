using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that takes endpoints in any form, one by one. If one cannot be used, that is an error of this item only.</summary>
public abstract class EndpointCmdlet : PgCmdlet
{
    // What Uri.Port is without a port, which binds by its name.
    private const int UriWithoutPort = -1;

    private readonly EndpointInput _input = new();

    /// <summary>
    /// The servers: host, host:port, [v6]:port, a postgresql:// URI, a connection string, a hashtable of connection parameters, or
    /// output of this module. Without it, the environment names the server (PGHOST, PGSERVICE …), as for psql.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    [AllowEmptyCollection]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>
    /// What came through the pipeline. Its scalars are kept on the output, so that other columns of a CSV can be joined.
    /// </summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The port, instead of the endpoint's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PortTransformation]
    [ValidateRange(UriWithoutPort, 65535)]
    public int Port { get; set; }

    /// <summary>How TLS is begun: <c>postgres</c> (ask first) or <c>direct</c> (PostgreSQL 17 and newer).</summary>
    [Parameter]
    [Alias("Negotiation")]
    [SslNegotiationTransformation]
    [ArgumentCompleter(typeof(SslNegotiationCompleter))]
    public string? SslNegotiation { get; set; }

    /// <summary>What the user probably meant by a word behind a pipeline without the parameter's name.</summary>
    protected virtual string NamedParameterExample => "-SslMode require";

    /// <summary>Prepares the work for one endpoint.</summary>
    /// <returns>The work.</returns>
    /// <exception cref="PgSslException">The endpoint cannot be used.</exception>
    private protected abstract Action Prepare(PgEndpoint endpoint);

    /// <summary>Changes an endpoint as the user's parameters say. A cmdlet with more parameters adds its own.</summary>
    private protected virtual PgEndpoint Override(PgEndpoint endpoint)
    {
        if (Port > 0)
            endpoint = endpoint.With("port", $"{Port}");
        return SslNegotiation is null ? endpoint : endpoint.With("sslnegotiation", SslNegotiation);
    }

    /// <summary>Writes the error of an endpoint that cannot be used.</summary>
    private protected virtual void OnUnusableEndpoint(PgSslException failure, object target) => WriteFailure(failure, target);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Port < 0)
            ThrowFailure(new PgSslException(PgSslError.InvalidParameterValue, $"{Port} is not a port.", "Give 1 to 65535."), Port);
        // db1, db2 | Test-PgSslMode require: the word is at the first position, which belongs to -Endpoint.
        if (Endpoint is [var first, ..] && MyInvocation.ExpectingInput)
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters,
                    $"Servers come through the pipeline, but -Endpoint is given as well: {string.Join(", ", Endpoint.AsEnumerable())}.",
                    $"Use one of the two. Behind a pipeline the other parameters need their names, such as {NamedParameterExample}."),
                first.Target);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Row = InputRow.Of(InputObject);
        if (Endpoint is null && !MyInvocation.ExpectingInput)
            Endpoint = [EndpointArgument.FromEnvironment];
        foreach (EndpointArgument argument in _input.Next(Endpoint, MyInvocation.ExpectingInput))
        {
            Action start;
            try
            {
                start = Prepare(Override(EndpointOf(argument)));
            }
            catch (PgSslException failure)
            {
                OnUnusableEndpoint(failure, argument.Target);
                continue;
            }
            start();
        }
    }
}
