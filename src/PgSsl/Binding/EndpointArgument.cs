using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>
/// What -Endpoint was given. If it cannot be read, the failure is kept: the cmdlet reports it as an error of this item, and goes on with the
/// next.
/// </summary>
public sealed class EndpointArgument
{
    internal EndpointArgument(PgEndpoint endpoint) => (Endpoint, Target) = (endpoint, endpoint.Text);

    internal EndpointArgument(PgSslException failure, object target) => (Failure, Target) = (failure, target);

    /// <summary>The server that psql without arguments would connect to (PGHOST, PGSERVICE …).</summary>
    internal static EndpointArgument FromEnvironment => new(PgEndpoint.FromParameters([]));

    /// <summary>The endpoint; null if it could not be read.</summary>
    internal PgEndpoint? Endpoint { get; }

    /// <summary>The endpoint.</summary>
    /// <exception cref="PgSslException">It could not be read.</exception>
    internal PgEndpoint Get() => Endpoint ?? throw Failure!;

    /// <summary>Why it could not be read; null if it could.</summary>
    public PgSslException? Failure { get; }

    /// <summary>Whether it is an object that names no server. It may have come down the pipeline for other parameters.</summary>
    internal bool IsForeign { get; init; }

    /// <summary>Whether it is a blank or a comment, which a hosts file may have between its lines.</summary>
    internal bool IsComment { get; init; }

    /// <summary>The text as it was given; null if it was no text.</summary>
    internal string? Written { get; init; }

    /// <summary>Whether it is one of the many settings of a connection (Get-PgConnectionSetting).</summary>
    internal bool IsSetting { get; init; }

    /// <summary>What errors are reported against.</summary>
    public object Target { get; }

    /// <inheritdoc/>
    public override string ToString() => Target.ToString() ?? "";
}
