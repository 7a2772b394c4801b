using System.Text;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>
/// A URL as pgjdbc 42.7 reads it (Driver.java, parseURL and urlDecode): hosts as they stand, database and values decoded as
/// java.net.URLDecoder does, for which a plus is a blank.
/// </summary>
internal sealed record PgjdbcUrl(IReadOnlyList<(string Host, int Port)> Hosts, string Database, IReadOnlyDictionary<string, string> Properties)
{
    private const string Prefix = "jdbc:postgresql://";

    internal static PgjdbcUrl Parse(string url)
    {
        Assert.StartsWith(Prefix, url);
        int question = url.IndexOf('?');
        string server = question < 0 ? url[Prefix.Length..] : url[Prefix.Length..question];
        Assert.Equal(1, server.Count(character => character == '/'));
        string[] parts = server.Split('/');
        string query = question < 0 ? "" : url[(question + 1)..];
        return new([.. parts[0].Split(',').Select(ParseHost)], Decode(parts[1]), query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(token => token.Split('=', 2)).ToDictionary(pair => pair[0], pair => Decode(pair[1])));
    }

    private static (string, int) ParseHost(string address)
    {
        int colon = address.LastIndexOf(':');
        return colon >= 0 && address.LastIndexOf(']') < colon
            ? (address[..colon], int.Parse(address[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture))
            : (address, 5432);
    }

    private static string Decode(string text)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                Assert.True(char.IsAscii(text[i]), $"{text[i]} is not to stand in a URL");
                bytes.Add((byte)(text[i] == '+' ? ' ' : text[i]));
            }
        }
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
    }
}
