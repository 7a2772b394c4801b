using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>Writes an endpoint in a world without variables and files, or in one given.</summary>
internal static class Write
{
    private static readonly ConnectionEnvironment Nowhere =
        new(new Dictionary<string, string>(), null, "alice", Path.GetTempPath()) { DefaultSocketDirectory = "/var/run/postgresql" };

    internal static FormattedConnection As(
        string format, string endpoint, ConnectionEnvironment? environment = null, FormatOptions? options = null) =>
        ConnectionStringWriter.Write(PgEndpoint.Parse(endpoint), ConnectionStringFormats.Get(format), environment ?? Nowhere, options ?? new());

    /// <summary>The text, of which nothing was lost.</summary>
    internal static string Text(string format, string endpoint)
    {
        FormattedConnection written = As(format, endpoint, options: new() { IncludeSecrets = true });
        Assert.Empty(written.Warnings);
        return written.Text;
    }

    /// <summary>The one warning.</summary>
    internal static string Warning(string format, string endpoint) => Assert.Single(As(format, endpoint).Warnings);

    internal static PgSslException Refusal(string format, string endpoint, FormatOptions? options = null) =>
        Assert.Throws<PgSslException>(() => As(format, endpoint, options: options));
}
