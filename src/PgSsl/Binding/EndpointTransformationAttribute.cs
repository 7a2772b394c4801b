using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PgSsl.Connections;
using PgSsl.Connections.Dialects;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Endpoint take whatever names a server: text in all forms that libpq knows, a URI, an IP address, a hashtable of parameters, this
/// module's output, and any object with a property that names a host.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EndpointTransformationAttribute : ArgumentTransformationAttribute
{
    // Of this module; of computers in a directory, of clouds, of other database modules; and last what many other objects have as well.
    private static readonly string[] HostProperties =
    [
        "HostName", "ComputerName", "Server", "Host", "DNSHostName", "FullyQualifiedDomainName", "SqlInstance", "IPAddress", "Name",
    ];

    private static PgSslException Empty() => new(
        PgSslError.InvalidEndpoint, "The endpoint is empty, or a comment.", "Name a server: host, host:port, or a postgresql:// URI.");
    private static readonly Regex HostAndPort = new(@"^(\[[0-9a-fA-F:.%]+\]|[^\[\]/@=:\s]+):[0-9]+$", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => PipelineObject.ConvertAll(inputData, Convert)!;

    internal static EndpointArgument Convert(PipelineObject item)
    {
        try
        {
            return item.Base switch
            {
                EndpointArgument argument => argument,
                PgEndpoint endpoint => new(endpoint),
                IDictionary parameters => new(ApplicationEndpoint.FromParameters([.. PairsOf(parameters)])),
                string text when IsComment(text) => new(Empty(), text) { IsComment = true },
                string text => new(ApplicationEndpoint.Parse(text)) { Written = text.Trim() },
                Uri uri => new(ApplicationEndpoint.Parse(uri.OriginalString)),
                System.Net.IPAddress address => new(ApplicationEndpoint.Parse(address.ToString())),
                null => throw Unusable(item),
                _ => FromProperties(item) is { } endpoint ? new(endpoint) { IsSetting = item.IsOrWas<ConnectionSetting>() }
                    : new(Unusable(item), item.TypeName) { IsForeign = true },
            };
        }
        catch (PgSslException failure)
        {
            return new(failure, TargetOf(item)) { Written = (item.Base as string)?.Trim() };
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
            return ApplicationEndpoint.Parse(endpoint);
        // A file has a name, too.
        if (item.First(HostProperties)?.Trim() is not { Length: > 0 } host || item.Value("PSProvider") is not null
            || item.Base is FileSystemInfo)
            return null;
        string port = item.Text("Port")?.Trim() ?? "";
        if (HostAndPort.IsMatch(host))
            return port.Length > 0 ? ApplicationEndpoint.Parse(host).With("port", port) : ApplicationEndpoint.Parse(host);
        return PgEndpoint.FromParameters([new("host", host), new("port", port)]);
    }

    /// <summary>A line of a hosts file that names nobody.</summary>
    private static bool IsComment(string text) => text.Trim() is "" or ['#', ..];

    private static IEnumerable<KeyValuePair<string, string>> PairsOf(IDictionary parameters)
    {
        foreach (DictionaryEntry entry in parameters)
        {
            yield return new($"{new PipelineObject(entry.Key)}", entry.Value is IDictionary ? "" : $"{new PipelineObject(entry.Value)}");
            // Django's OPTIONS go to the driver as they are.
            if (entry is { Key: "OPTIONS", Value: IDictionary options })
                foreach (KeyValuePair<string, string> pair in PairsOf(options))
                    yield return pair;
        }
    }

    private static PgSslException Unusable(PipelineObject item) => new(
        PgSslError.InvalidEndpoint,
        $"An object of type {item.TypeName} names no server: it has no property Endpoint, "
            + $"{string.Join(", ", HostProperties[..^1])} or {HostProperties[^1]}.",
        "Give host, host:port, [v6]:port, a postgresql:// URI, a connection string, or a hashtable of connection parameters.");
}
