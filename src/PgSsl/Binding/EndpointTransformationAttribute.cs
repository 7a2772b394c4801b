using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Endpoint take all that names a server: text in every form of libpq's, a URI, an IP address, a hashtable of parameters,
/// this module's own output, and any object with a property that names a host.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EndpointTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] HostProperties = ["HostName", "ComputerName", "Server", "Host"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object input = Unwrap(inputData);
        return input is IEnumerable items and not string and not IDictionary
            ? items.Cast<object>().Select(Convert).ToArray()
            : new[] { Convert(inputData) };
    }

    private static EndpointArgument Convert(object item)
    {
        try
        {
            return Unwrap(item) switch
            {
                EndpointArgument argument => argument,
                PgEndpoint endpoint => new(endpoint),
                IDictionary parameters => new(PgEndpoint.FromParameters(PairsOf(parameters))),
                string text => new(PgEndpoint.Parse(text)),
                Uri uri => new(PgEndpoint.Parse(uri.OriginalString)),
                System.Net.IPAddress address => new(PgEndpoint.Parse(address.ToString())),
                null => throw Unusable("null"),
                object other when !NamesServer(PSObject.AsPSObject(other)) =>
                    new(Unusable(PSObject.AsPSObject(other).BaseObject.GetType().Name), TargetOf(other)) { IsForeign = true },
                object other => new(FromProperties(PSObject.AsPSObject(other))),
            };
        }
        catch (PgSslException failure)
        {
            return new(failure, TargetOf(Unwrap(item)));
        }
    }

    // What could not be read may hold a password anywhere, a hashtable or a row of a file too.
    private static string TargetOf(object? item) => item switch
    {
        string text => SecretMask.Apply(text),
        Uri uri => SecretMask.Apply(uri.OriginalString),
        null => "null",
        _ => item.GetType().Name,
    };

    private static bool NamesServer(PSObject item) => HostProperties.Prepend("Endpoint").Any(name => ValueOf(item, name) is not null);

    private static PgEndpoint FromProperties(PSObject item)
    {
        if (ValueOf(item, "Endpoint") is { } endpoint)
            return PgEndpoint.Parse(endpoint);
        var parameters = new Dictionary<string, string> { ["host"] = HostProperties.Select(name => ValueOf(item, name)).First(value => value is not null)! };
        if (ValueOf(item, "Port") is { } port)
            parameters["port"] = port;
        return PgEndpoint.FromParameters(parameters);
    }

    private static string? ValueOf(PSObject item, string property) =>
        Unwrap(item.Properties[property]?.Value!) is { } value && Text(value) is { Length: > 0 } text ? text : null;

    private static IEnumerable<KeyValuePair<string, string>> PairsOf(IDictionary parameters)
    {
        foreach (DictionaryEntry entry in parameters)
            yield return new(Text(Unwrap(entry.Key)), Text(Unwrap(entry.Value!)));
    }

    private static string Text(object? value) => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static object Unwrap(object item) => item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;

    private static PgSslException Unusable(string what) => new(
        PgSslError.InvalidEndpoint,
        $"An object of type {what} names no server: it has no property Endpoint, HostName, ComputerName, Server or Host.",
        "Give host, host:port, [v6]:port, a postgresql:// URI, a connection string, or a hashtable of connection parameters.");
}
