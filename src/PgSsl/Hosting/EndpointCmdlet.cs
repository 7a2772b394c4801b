using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that takes connections in any of their forms, one by one; what cannot be used is an error of that one item.</summary>
public abstract class EndpointCmdlet : PgCmdlet
{
    /// <summary>
    /// The servers: host, host:port, [v6]:port, a postgresql:// URI, a connection string, a hashtable of connection parameters, or
    /// output of this module. Without any, the environment says (PGHOST, PGSERVICE …), as for psql.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    [AllowEmptyCollection]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>The port, instead of the endpoint's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How TLS is begun: <c>postgres</c> (ask first) or <c>direct</c> (PostgreSQL 17 and newer).</summary>
    [Parameter]
    [Alias("Negotiation")]
    [SslNegotiationTransformation]
    [ArgumentCompleter(typeof(SslNegotiationCompleter))]
    public string? SslNegotiation { get; set; }

    /// <summary>What somebody probably meant who wrote a word behind a pipeline without its parameter's name.</summary>
    protected virtual string NamedParameterExample => "-SslMode require";

    /// <summary>Makes one endpoint ready.</summary>
    /// <returns>What is then to be done with it.</returns>
    /// <exception cref="PgSslException">The endpoint cannot be used.</exception>
    private protected abstract Action Prepare(PgEndpoint endpoint);

    /// <summary>What the user's parameters change in an endpoint; a cmdlet with more parameters adds its own.</summary>
    private protected virtual PgEndpoint Override(PgEndpoint endpoint)
    {
        if (Port != 0)
            endpoint = endpoint.With("port", $"{Port}");
        return SslNegotiation is null ? endpoint : endpoint.With("sslnegotiation", SslNegotiation);
    }

    /// <summary>Called for an endpoint that cannot be used, after its error is written.</summary>
    protected virtual void OnUnusableEndpoint()
    {
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // db1, db2 | Test-PgSslMode require: the word went to the first position, which is -Endpoint's.
        if (Endpoint is [var first, ..] && MyInvocation.ExpectingInput)
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters,
                    $"Servers come through the pipeline, and -Endpoint is given as well: {string.Join(", ", Endpoint.AsEnumerable())}.",
                    $"Give them one way. Behind a pipeline the other parameters need their names, such as {NamedParameterExample}."),
                first.Target);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Endpoint is null && !MyInvocation.ExpectingInput)
            Endpoint = [EndpointArgument.FromEnvironment];
        foreach (EndpointArgument argument in Endpoint ?? [])
        {
            Action? start = null;
            if (Try(argument.Target, () => start = Prepare(Override(argument.Get()))))
                start!();
            else
                OnUnusableEndpoint();
        }
    }
}
