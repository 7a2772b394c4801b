using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>Connections for properties: parameters of every kind, with values that are syntax somewhere.</summary>
internal static class AnyConnection
{
    private static readonly string[] Pieces =
    [
        "a", "B1", "&", "=", "%", "%41", "+", ";", "'", "\"", "\\", " ", "\t", "\n", "#", "?", "/", "@", ":", "[", "]", ",", "{", "$",
        "ä", "日本", "🐘",
    ];

    private static readonly string[] HostNames =
        ["db1", "db2.example.com", "127.0.0.1", "::1", "fe80::1%eth0", "/var/run/postgresql", "@abstract", "host_1"];

    /// <summary>Text that is UTF-8 when encoded: lone surrogates are not, in any format.</summary>
    private static readonly Gen<string> Unicode = ArbMap.Default.GeneratorFor<string?>()
        .Select(text => string.Concat((text ?? "").EnumerateRunes()).Replace("\0", "").Replace("\uFFFD", ""));

    /// <summary>Any text without NUL.</summary>
    internal static readonly Gen<string> Text = Gen.OneOf(Gen.Elements(Pieces).ListOf().Select(string.Concat), Unicode);

    /// <summary>Any parameters with any values, whether libpq could connect with them or not.</summary>
    internal static readonly Arbitrary<WrittenConnection> Anything = Parameter(Text).ListOf().Select(Connection).ToArbitrary();

    /// <summary>Parameters that libpq would connect with: values of choices are of the choice, as many ports as hosts.</summary>
    internal static readonly Arbitrary<WrittenConnection> Usable =
        (from parameters in UsableParameter.ListOf()
         from servers in Servers
         select Connection([.. servers, .. parameters])).ToArbitrary();

    private static Gen<KeyValuePair<string, string>> UsableParameter =>
        Gen.Elements(ConnectionParameters.All.Where(IsFree).ToArray())
            .SelectMany(parameter => ValueOf(parameter).Select(value => KeyValuePair.Create(parameter.Name, value)));

    private static Gen<IEnumerable<KeyValuePair<string, string>>> Servers =>
        from count in Gen.Choose(1, 8)
        from hosts in Gen.Elements(HostNames).ListOf(count)
        from ports in Gen.Choose(1, 65535).ListOf(hosts.Count)
        from form in Gen.Choose(0, 2)
        select new[]
        {
            KeyValuePair.Create("host", string.Join(',', hosts)),
            KeyValuePair.Create("port", form switch { 0 => string.Join(',', ports), 1 => $"{ports[0]}", _ => "" }),
        }.Where(parameter => parameter.Value.Length > 0);

    /// <summary>The parameters as a dictionary.</summary>
    internal static Dictionary<string, string> ToDictionary(this WrittenConnection connection) =>
        connection.Parameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Value);

    /// <summary>Servers apart, and the rules between parameters that a property would only trip over.</summary>
    private static bool IsFree(ConnectionParameter parameter) =>
        parameter.Name is not ("host" or "hostaddr" or "port" or "service" or "sslnegotiation")
        && !parameter.Name.EndsWith("protocol_version", StringComparison.Ordinal)
        && parameter.Syntax != ParameterSyntax.ScramKey;

    private static Gen<string> ValueOf(ConnectionParameter parameter) => parameter.Syntax switch
    {
        ParameterSyntax.Choice or ParameterSyntax.AuthenticationMethods or ParameterSyntax.Flag => Gen.Elements(parameter.AllowedValues!.ToArray()),
        ParameterSyntax.Number => Gen.Choose(-1, 2000).Select(number => $"{number}"),
        _ => Text.Where(text => text != ConnectionSettings.SystemRoots),
    };

    private static Gen<KeyValuePair<string, string>> Parameter(Gen<string> values) =>
        from parameter in Gen.Elements(ConnectionParameters.All.ToArray())
        from value in values
        select KeyValuePair.Create(parameter.Name, value);

    private static WrittenConnection Connection(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        KeyValuePair<string, string>[] distinct = [.. parameters.DistinctBy(parameter => parameter.Key)];
        string[] hosts = distinct.FirstOrDefault(parameter => parameter.Key == "host").Value?.Split(',') ?? ["localhost"];
        string[] ports = distinct.FirstOrDefault(parameter => parameter.Key == "port").Value?.Split(',') ?? ["5432"];
        return new(
            distinct,
            [.. hosts.Select((host, i) =>
                new ConnectionHost(
                    host, null, int.TryParse(ports.Length > 1 && i < ports.Length ? ports[i] : ports[0], out int port) ? port : 5432))],
            "any");
    }
}
