using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Formatting;

namespace PgSsl.Binding;

/// <summary>The short name of a server, for messages and headings: host:port, whatever else its endpoint says.</summary>
internal static class EndpointName
{
    /// <summary>The name; null if the text names no host with its port, as each server of this module does: a file's path does not.</summary>
    public static string? Of(string endpoint)
    {
        try
        {
            IReadOnlyDictionary<string, string> parameters = PgEndpoint.Parse(endpoint).Parameters;
            string host = parameters.GetValueOrDefault("host") ?? parameters.GetValueOrDefault("hostaddr") ?? "";
            return host.Length > 0 && parameters.GetValueOrDefault("port") is { } port ? Cells.Server(host, port) : null;
        }
        catch (PgSslException)
        {
            return null;
        }
    }
}
