using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>
/// What -Endpoint was given. Text that is no endpoint is kept with its failure, so that the cmdlet can report it as an error of
/// this one item and go on with the next.
/// </summary>
public sealed class EndpointArgument
{
    internal EndpointArgument(PgEndpoint endpoint) => (Endpoint, Target) = (endpoint, endpoint.Text);

    internal EndpointArgument(PgSslException failure, object target) => (Failure, Target) = (failure, target);

    /// <summary>No endpoint: the server is the one that psql without arguments would connect to (PGHOST, PGSERVICE …).</summary>
    internal static EndpointArgument FromEnvironment => new(PgEndpoint.FromParameters([]));

    /// <summary>The endpoint; null where it could not be read.</summary>
    internal PgEndpoint? Endpoint { get; }

    /// <summary>The endpoint.</summary>
    /// <exception cref="PgSslException">It could not be read.</exception>
    internal PgEndpoint Get() => Endpoint ?? throw Failure!;

    /// <summary>Why it could not be read; null where it could.</summary>
    public PgSslException? Failure { get; }

    /// <summary>Whether it is an object that has nothing to do with servers, and may have come down the pipeline for other parameters.</summary>
    internal bool IsForeign { get; init; }

    /// <summary>What errors are reported against.</summary>
    public object Target { get; }

    /// <inheritdoc/>
    public override string ToString() => Target.ToString() ?? "";
}
