using System.Collections;
using System.Management.Automation;
using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Endpoint take whatever names a server: text in all forms that libpq knows, a URI, an IP address, a hashtable of parameters, this
/// module's output, and any object with a property that names a host.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EndpointTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] HostProperties = ["HostName", "ComputerName", "Server", "Host"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => PipelineObject.ConvertAll(inputData, Convert)!;

    private static EndpointArgument Convert(PipelineObject item)
    {
        try
        {
            return item.Base switch
            {
                EndpointArgument argument => argument,
                PgEndpoint endpoint => new(endpoint),
                IDictionary parameters => new(PgEndpoint.FromParameters(PairsOf(parameters))),
                string text => new(PgEndpoint.Parse(text)),
                Uri uri => new(PgEndpoint.Parse(uri.OriginalString)),
                System.Net.IPAddress address => new(PgEndpoint.Parse(address.ToString())),
                null => throw Unusable(item),
                _ => FromProperties(item) is { } endpoint ? new(endpoint) : new(Unusable(item), item.TypeName) { IsForeign = true },
            };
        }
        catch (PgSslException failure)
        {
            return new(failure, TargetOf(item));
        }
    }

    // If it could not be read, a password may be anywhere in it, even in a hashtable or in a row of a file.
    private static string TargetOf(PipelineObject item) => item.Base switch
    {
        string text => RefusedText.Show(text),
        Uri uri => RefusedText.Show(uri.OriginalString),
        _ => item.TypeName,
    };

    /// <summary>The endpoint that an object names by its properties; null if it names none.</summary>
    private static PgEndpoint? FromProperties(PipelineObject item)
    {
        if (item.Text("Endpoint") is { } endpoint)
            return PgEndpoint.Parse(endpoint);
        if (item.First(HostProperties) is not { } host)
            return null;
        var parameters = new Dictionary<string, string> { ["host"] = host };
        if (item.Text("Port") is { } port)
            parameters["port"] = port;
        return PgEndpoint.FromParameters(parameters);
    }

    private static IEnumerable<KeyValuePair<string, string>> PairsOf(IDictionary parameters)
    {
        foreach (DictionaryEntry entry in parameters)
            yield return new($"{new PipelineObject(entry.Key)}", $"{new PipelineObject(entry.Value)}");
    }

    private static PgSslException Unusable(PipelineObject item) => new(
        PgSslError.InvalidEndpoint,
        $"An object of type {item.TypeName} names no server: it has no property Endpoint, HostName, ComputerName, Server or Host.",
        "Give host, host:port, [v6]:port, a postgresql:// URI, a connection string, or a hashtable of connection parameters.");
}
