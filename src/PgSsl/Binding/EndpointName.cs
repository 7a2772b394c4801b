using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Formatting;

namespace PgSsl.Binding;

/// <summary>The short name of a server, for messages and headings: host:port, whatever else its endpoint says.</summary>
internal static class EndpointName
{
    /// <summary>The name; null if the text is no endpoint, or names no host.</summary>
    public static string? Of(string endpoint)
    {
        try
        {
            IReadOnlyDictionary<string, string> parameters = PgEndpoint.Parse(endpoint).Parameters;
            string host = parameters.GetValueOrDefault("host") ?? parameters.GetValueOrDefault("hostaddr") ?? "";
            return host.Length == 0 ? null
                : parameters.GetValueOrDefault("port") is { } port ? Cells.Server(host, port) : PrintableText.Of(host);
        }
        catch (PgSslException)
        {
            return null;
        }
    }
}
